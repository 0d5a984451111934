const kept = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** One a locale and way of writing: making one costs as much as a hundred numbers written with it. */
export function numberFormatter(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return keep(`number ${locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options));
}

/** The same for days and times. */
export function dateFormatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return keep(`date ${locale} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));
}

function keep<Formatter extends Intl.NumberFormat | Intl.DateTimeFormat>(
  key: string,
  make: () => Formatter,
): Formatter {
  const known = kept.get(key) as Formatter | undefined;
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  return made;
}
