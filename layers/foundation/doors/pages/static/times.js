// Times in the reader's own zone and words.

const language = document.documentElement.lang;
const steps = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];
const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const days = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

function ago(moment) {
  const seconds = (moment - Date.now()) / 1000;
  if (Math.abs(seconds) > 7 * 86_400) return exact.format(moment);
  const [unit, length] = steps.find(([, each]) => Math.abs(seconds) >= each) ?? steps.at(-1);
  return relative.format(Math.trunc(seconds / length), unit);
}

/** Writes all times of the page. */
export function writeTimes() {
  for (const element of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    element.textContent = element.hasAttribute("data-day") ? days.format(moment) : ago(moment);
    if (!element.hasAttribute("data-day")) element.title = exact.format(moment);
  }
}
