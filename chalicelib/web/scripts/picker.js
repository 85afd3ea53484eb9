// Lets people type a part of what they look for in a long list; without this the list is a list.
for (const list of document.querySelectorAll('select[data-module="xn-picker"]')) {
  const { id } = list;
  const words = list.dataset;
  const choices = [...list.options].filter((option) => option.value);
  accessibleAutocomplete.enhanceSelectElement({
    selectElement: list,
    defaultValue: list.value ? list.selectedOptions[0].textContent : "",
    showAllValues: true,
    confirmOnBlur: false,
    source: (typed, show) => {
      const wanted = typed.trim().toLowerCase();
      show(choices.map((option) => option.textContent).filter((text) => text.toLowerCase().includes(wanted)));
    },
    tNoResults: () => words.none,
    tAssistiveHint: () => words.help,
    tStatusQueryTooShort: () => words.help,
    tStatusNoResults: () => words.none,
    tStatusSelectedOption: (chosen, length, place) => `${chosen} ${place + 1} / ${length}`,
    tStatusResults: (length) => words.found.replace("%number%", length),
  });
  const typing = document.getElementById(id);
  // What was typed and is none of the choices must not send the choice before it.
  typing.addEventListener("input", () => {
    list.value = choices.find((option) => option.textContent === typing.value)?.value ?? "";
  });
  const about = [list.getAttribute("aria-describedby"), typing.getAttribute("aria-describedby")];
  typing.setAttribute("aria-describedby", about.filter(Boolean).join(" "));
}
