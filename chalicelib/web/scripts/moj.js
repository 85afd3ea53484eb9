// Lets the MoJ Design System sort tables by their heads; without this they are plain tables.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
createAll(SortableTable);
