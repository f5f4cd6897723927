// The little that a page cannot do without a script: print, copy a table, say that it works. Everything else is a link or a form.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const table = document.getElementById(button.dataset.copy);
    const rows = [...table.rows].map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, " ").trim()).join("\t"));
    const said = button.querySelector("[data-says]");
    try {
      await navigator.clipboard.writeText(rows.join("\n"));
      said.textContent = button.dataset.done;
    } catch {
      said.textContent = button.dataset.failed;
    }
  });
}
// Some answers take seconds: the sentence that says so comes at once, and goes when somebody comes back to the page.
for (const form of document.querySelectorAll("[data-busy]")) {
  const says = form.querySelector("[data-busy-says]");
  form.addEventListener("submit", () => { says.hidden = !form.elements[form.dataset.busy].value; });
  window.addEventListener("pageshow", () => { says.hidden = true; });
}
