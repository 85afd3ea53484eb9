"""The list of measures (失信惩戒措施清单): what is not published there may not be used."""
