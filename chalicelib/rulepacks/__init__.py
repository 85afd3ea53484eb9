"""Rule packs (规则包): what a jurisdiction's rules say, as data with articles and dates of effect."""
