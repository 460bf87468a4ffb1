/** What a list says of a name, told as plainly as can be: the measure for what exports make of it. */

export interface Halves {
  own: string | null
  below: string | null
}

/** Name → what happens at it and below it. The more exact kind wins (`docs/spec/exports.md` §1). */
export function policyOf(lines: readonly string[]): Map<string, Halves> {
  const policy = new Map<string, Halves>()
  // Sorted: `domain` comes before `host` and `subdomains`.
  for (const line of lines) {
    const [value = '', kind = '', action = ''] = line.split('\t')
    if (kind === 'ip' || kind === 'url') continue
    const halves = policy.get(value) ?? { own: null, below: null }
    if (kind !== 'subdomains') halves.own = action
    if (kind !== 'host') halves.below = action
    policy.set(value, halves)
  }
  return policy
}

/** What happens to a question for `name`: its own line, or else the nearest name above that has a say. */
export function actionAt(policy: ReadonlyMap<string, Halves>, name: string): string | null {
  const own = policy.get(name)?.own ?? null
  if (own !== null) return own
  for (const above of namesAbove(name)) {
    const below = policy.get(above)?.below ?? null
    if (below !== null) return below
  }
  return null
}

/** From the nearest to the top. */
export function namesAbove(name: string): string[] {
  const labels = name.split('.')
  return labels.slice(1).map((_, i) => labels.slice(i + 1).join('.'))
}

/** The listed names, all above them, and below each a name that is not listed, and one below that. */
export function namesToAsk(policy: ReadonlyMap<string, Halves>): string[] {
  const names = [...policy.keys()].flatMap((name) => [name, ...namesAbove(name)])
  const below = names.flatMap((name) => [name, `q.${name}`, `r.q.${name}`, `a.${name}`])
  return [...new Set(below)].filter((name) => name.includes('.'))
}
