"""Rule packs (规则包): a jurisdiction's rules as data, with articles and dates of effect."""
