/** For which lists a role is: named, or all of them. */
export interface ListOptions {
  readonly list?: readonly string[]
  readonly allLists?: boolean
}

/** The ids of an option that may be given again. */
export function collectIds(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').map((id) => id.trim())]
}
