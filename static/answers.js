// Questions answered by one digit each: `data-keys` on the fieldsets in their order, `data-key` on
// each answer. After an answer the next question is asked, after the last one the button waits.
(() => {
  "use strict";
  const answered = (question) => question.querySelector("input:checked") !== null;
  const writing = (element) => element.matches?.("input:not([type=radio], [type=checkbox]), textarea, select");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || writing(event.target)) return;
    const questions = [...document.querySelectorAll("fieldset[data-keys]")].filter((one) => !one.matches(":disabled"));
    const here = event.target.closest?.("fieldset[data-keys]");
    const question = here && !answered(here) ? here : questions.find((one) => !answered(one)) || here;
    const answer = question?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!answer) return;
    event.preventDefault();
    answer.click();
    const left = [...document.querySelectorAll("fieldset[data-keys]")].find((one) => !one.matches(":disabled") && !answered(one));
    const next = left ? left.querySelector("input") : answer.form.querySelector("button[type=submit]");
    next.focus();
  });
})();
