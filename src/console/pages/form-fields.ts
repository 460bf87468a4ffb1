/** What a form's fields say: from the network, not yet verified. Whatever is there is text. */
export class FormFields {
  readonly #fields: URLSearchParams

  constructor(fields: URLSearchParams) {
    this.#fields = fields
  }

  /** Without spaces around it; empty for none. */
  text(name: string): string {
    return this.#fields.get(name)?.trim() ?? ''
  }

  entries(): Iterable<[string, string]> {
    return this.#fields
  }

  all(name: string): readonly string[] {
    return this.#fields.getAll(name)
  }

  isTicked(name: string): boolean {
    return this.#fields.has(name)
  }

  /** Lines with something in them. */
  lines(name: string): readonly string[] {
    return this.text(name)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  }

  /** `{ [member]: text }`, or nothing where the field is empty. */
  optional<M extends string>(
    member: M,
    name: string = member,
  ): Readonly<Partial<Record<M, string>>> {
    const text = this.text(name)
    return (text === '' ? {} : { [member]: text }) as Readonly<Partial<Record<M, string>>>
  }
}
