// Brings the MoJ Design System's parts to life, in the page's language; without this they are plain tables and fields.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
const tongue = document.documentElement.lang;
const said = (options, date) => new Intl.DateTimeFormat(tongue, options).format(date);
const monday = (number) => new Date(2024, 0, 1 + number); // 1 January 2024 was a Monday

class DayPicker extends DatePicker {
  setOptions() {
    this.dayLabels = this.dayLabels.map((_, number) => said({ weekday: "long" }, monday(number)));
    super.setOptions();
  }

  initControls() {
    super.initControls();
    const words = this.$root.dataset;
    for (const [name, text] of [
      ["prev-year", words.previousYear],
      ["prev-month", words.previousMonth],
      ["next-month", words.nextMonth],
      ["next-year", words.nextYear],
      ["toggle", words.choose],
    ]) {
      this.$root.querySelector(`.moj-js-datepicker-${name} .govuk-visually-hidden`).textContent = text;
    }
    this.$root.querySelector(".moj-js-datepicker-ok").textContent = words.select;
    this.$root.querySelector(".moj-js-datepicker-cancel").textContent = words.close;
  }

  createCalendarHeaders() {
    const row = this.$dialog.querySelector("thead > tr");
    for (const number of this.dayLabels.keys()) {
      const head = row.appendChild(document.createElement("th"));
      head.scope = "col";
      head.abbr = this.dayLabels[number];
      head.textContent = said({ weekday: tongue === "en" ? "short" : "narrow" }, monday(number));
    }
  }

  updateCalendar() {
    super.updateCalendar();
    this.$dialogTitle.textContent = said({ year: "numeric", month: "long" }, this.currentDate);
  }

  formattedDateHuman(date) {
    return said({ dateStyle: "full" }, date);
  }

  formattedDateFromString(text, fallback = new Date()) {
    const [, year, month, day] = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$/.exec(text) ?? [];
    return year ? new Date(year, month - 1, day) : fallback;
  }

  formattedDateFromDate(date) {
    return [date.getFullYear(), this.leadingZeros(date.getMonth() + 1), this.leadingZeros(date.getDate())].join("-");
  }
}

createAll(SortableTable);
createAll(DayPicker);
for (const root of document.querySelectorAll('[data-module="moj-filter"]')) {
  new FilterToggleButton(root, {
    toggleButton: { showText: root.dataset.show, hideText: root.dataset.hide, classes: "govuk-button--secondary" },
    toggleButtonContainer: { element: document.querySelector(".moj-action-bar__filter") },
    closeButtonContainer: { selector: ".moj-filter__header-action" },
    closeButton: { text: root.dataset.close, classes: "moj-filter__close" },
  });
}
