/** Where the names of a zone file hang: its current origin, and the zone's own name, below which the triggers stand. */
export class ZoneOrigin {
  /** Lower case, no trailing dot; null while nobody has said it, and then the origin is the zone's name. */
  #apex: string | null
  #origin: string | null

  constructor(zone: string | undefined) {
    this.#apex = zone === undefined ? null : plain(zone)
    this.#origin = this.#apex
  }

  /** Whether relative owners are triggers as they stand. */
  get isApex(): boolean {
    return this.#origin === this.#apex
  }

  /** `$ORIGIN`. The first one names the zone until its SOA does. */
  set(origin: string): void {
    this.#origin = this.absolute(origin) ?? plain(origin)
    this.#apex ??= this.#origin
  }

  /** The SOA's owner is the zone's name, whatever was taken for it before. */
  setApex(owner: string): void {
    const name = this.absolute(owner)
    if (name === null) return
    this.#apex = name
    this.#origin ??= name
  }

  /** The trigger of an owner: its name below the zone's, `@` for the zone itself, null when it is outside. */
  below(owner: string): string | null {
    if (owner === '@' && this.isApex) return '@'
    if (!owner.endsWith('.') && this.isApex) return owner
    const name = this.absolute(owner)
    if (name === null || this.#apex === null) return null
    if (name === this.#apex) return '@'
    return name.endsWith(`.${this.#apex}`) ? name.slice(0, -this.#apex.length - 1) : null
  }

  /** The absolute name without its dot, or null when the origin is not known. */
  absolute(name: string): string | null {
    if (name.endsWith('.')) return plain(name)
    if (this.#origin === null) return null
    if (name === '@') return this.#origin
    return this.#origin === '' ? plain(name) : `${plain(name)}.${this.#origin}`
  }
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
