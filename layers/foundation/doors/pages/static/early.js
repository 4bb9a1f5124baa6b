// What is pressed or sent before the page's scripts are there waits for them: on a slow line a form would else be sent
// by the browser itself, its fields, a password among them, in the address.
{
  const waiting = new Map();

  const keep = (event) => {
    const form = event.type === "submit" && event.target;
    const button = form ? event.submitter : event.target.closest("button[type=button]");
    if (form ? form.method === "dialog" : !button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.set(form || button, () => (form ? form.requestSubmit(button) : button.click()));
  };

  for (const type of ["click", "submit"]) addEventListener(type, keep, true);
  addEventListener("scripts-ready", () => {
    for (const type of ["click", "submit"]) removeEventListener(type, keep, true);
    for (const act of waiting.values()) act();
  }, { once: true });
}
