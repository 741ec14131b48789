// Files can be dropped on the form, and those chosen are listed. The plain file field works without any of this.
const form = document.querySelector("[data-drop-form]");
if (form) {
  const zone = form.querySelector("[data-drop]");
  const field = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-drop-list]");
  zone.querySelector("[data-drop-words]").hidden = false;

  const show = () => {
    list.replaceChildren(...[...field.files].map((file) => {
      const item = document.createElement("li");
      item.textContent = file.name;
      return item;
    }));
  };
  field.addEventListener("change", show);
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; show(); }
  });
  form.querySelector("[data-new-name]")?.addEventListener("input", (event) => {
    if (event.target.value) form.querySelector("input[name=target][value=new]").checked = true;
  });
}
