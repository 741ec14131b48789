"""Documents of a deal and the mail that went out with them."""

from django.urls import path

from landmark.workspace.views import documents, mailing

urlpatterns = [
    path("", documents.show_documents, name="documents"),
    path("letters/<uuid:letter>/", mailing.show_letter, name="documents_letter"),
    path("letters/<uuid:letter>/again/", mailing.send_again, name="documents_again"),
    path("letters/<uuid:letter>/files/<int:place>/", mailing.download_enclosure, name="documents_enclosure"),
    path("issued/<uuid:issued>/", documents.download_issued, name="documents_issued"),
    path("<slug:kind>/", documents.show_document, name="documents_one"),
    path("<slug:kind>/issue/", documents.issue, name="documents_issue"),
    path("<slug:kind>/mail/", mailing.write_letter, name="documents_mail"),
    path("<slug:kind>/<slug:lang>.pdf", documents.download_pdf, name="documents_pdf"),
    path("<slug:kind>/<slug:lang>/page-<int:number>.png", documents.show_page, name="documents_page"),
]
