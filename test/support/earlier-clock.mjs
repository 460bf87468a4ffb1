// Loaded by `node --import`: the program that follows believes that it is six years earlier.
const SIX_YEARS_MS = 6 * 365.25 * 86_400_000
const RealDate = Date

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() - SIX_YEARS_MS)
    else super(...args)
  }

  static now() {
    return RealDate.now() - SIX_YEARS_MS
  }
}
