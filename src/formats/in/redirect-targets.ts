/**
 * Where the redirecting records of an input point. An entry says only that it redirects, and the list's definition where to: so all
 * records of one input must agree, and the first name that has any decides.
 */
export class RedirectTargets {
  readonly #targets: string[] = []
  #owner: string | undefined

  get all(): readonly string[] {
    return this.#targets
  }

  /** Whether the record of `owner` may point to `target`: the first owner's records collect, the others' must be among them. */
  add(owner: string, target: string): boolean {
    this.#owner ??= owner
    if (this.#targets.includes(target)) return true
    if (owner !== this.#owner || this.#targets.length >= MAX_TARGETS) return false
    this.#targets.push(target)
    return true
  }
}

const MAX_TARGETS = 16
