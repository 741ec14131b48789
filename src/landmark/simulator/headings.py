"""The headings of Salesforce's weekly data export, in their order, with the custom fields of the sample company."""

COLUMNS = {
    "Opportunity": (
        "Id IsDeleted AccountId IsPrivate Name Description StageName StageSortOrder Amount Probability ExpectedRevenue "
        "TotalOpportunityQuantity CloseDate Type NextStep LeadSource IsClosed IsWon ForecastCategory "
        "ForecastCategoryName CurrencyIsoCode CampaignId HasOpportunityLineItem Pricebook2Id OwnerId Territory2Id "
        "IsExcludedFromTerritory2Filter CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp "
        "LastActivityDate LastStageChangeDate FiscalYear FiscalQuarter ContactId PrimaryPartnerAccountId SyncedQuoteId "
        "ContractId LastAmountChangedHistoryId LastCloseDateChangedHistoryId Approval_Month__c Loss_Reason__c"
    ).split(),
    "OpportunityHistory": (
        "Id OpportunityId CreatedById CreatedDate CreatedDateForInsert StageName Amount ExpectedRevenue CloseDate "
        "Probability FromForecastCategory ForecastCategory PrevForecastUpdate FromOpportunityStageName "
        "PrevOpportunityStageUpdate CurrencyIsoCode ValidThroughDate SystemModstamp IsDeleted PrevAmount PrevCloseDate"
    ).split(),
    "Account": (
        "Id IsDeleted MasterRecordId Name Type ParentId BillingStreet BillingCity BillingState BillingPostalCode "
        "BillingCountry Phone Fax AccountNumber Website Sic Industry AnnualRevenue NumberOfEmployees Ownership "
        "TickerSymbol Description Rating Site CurrencyIsoCode OwnerId CreatedDate CreatedById LastModifiedDate "
        "LastModifiedById SystemModstamp LastActivityDate AccountSource Fiscal_Year_End__c Funding__c"
    ).split(),
    "User": (
        "Id Username LastName FirstName Name CompanyName Division Department Title Street City State PostalCode "
        "Country Email Phone MobilePhone Alias CommunityNickname IsActive TimeZoneSidKey UserRoleId LocaleSidKey "
        "EmailEncodingKey ProfileId UserType LanguageLocaleKey EmployeeNumber ManagerId LastLoginDate CurrencyIsoCode "
        "CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp"
    ).split(),
    "UserRole": (
        "Id Name ParentRoleId RollupDescription OpportunityAccessForAccountOwner CaseAccessForAccountOwner "
        "ContactAccessForAccountOwner ForecastUserId MayForecastManagerShare LastModifiedDate LastModifiedById "
        "SystemModstamp DeveloperName PortalAccountId PortalType"
    ).split(),
    "Contact": (
        "Id IsDeleted MasterRecordId AccountId LastName FirstName Salutation MailingStreet MailingCity MailingState "
        "MailingPostalCode MailingCountry Phone Fax MobilePhone ReportsToId Email Title Department LeadSource "
        "Description CurrencyIsoCode OwnerId CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp "
        "LastActivityDate"
    ).split(),
    "OpportunityContactRole": (
        "Id OpportunityId ContactId Role IsPrimary CreatedDate CreatedById LastModifiedDate LastModifiedById "
        "SystemModstamp IsDeleted CurrencyIsoCode"
    ).split(),
    "Task": (
        "Id WhoId WhatId WhoCount WhatCount Subject ActivityDate Status Priority OwnerId Description CurrencyIsoCode "
        "Type IsDeleted AccountId IsClosed CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp "
        "IsArchived CallDurationInSeconds CallType CallDisposition CallObject ReminderDateTime IsReminderSet "
        "RecurrenceActivityId IsRecurrence RecurrenceStartDateOnly RecurrenceEndDateOnly RecurrenceTimeZoneSidKey "
        "RecurrenceType RecurrenceInterval RecurrenceDayOfWeekMask RecurrenceDayOfMonth RecurrenceInstance "
        "RecurrenceMonthOfYear RecurrenceRegeneratedType TaskSubtype CompletedDateTime"
    ).split(),
}
