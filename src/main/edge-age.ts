import type { Copy } from '../agent/source-copy.ts'
import type { CopyAge } from '../distribute/api.ts'
import type { PullingState } from './edge-pulling.ts'

export interface EdgeAgeDeps {
  readonly copy: () => Copy
  readonly pulling: () => PullingState
  readonly now: () => Date
}

/** Whether the source's signed word that nothing is newer has run out. An edge goes on serving, and says it. */
export function isStale(freshUntil: string | null, now: Date): boolean {
  return freshUntil === null || now.toISOString() >= freshUntil
}

/** How old the copy is, for `/readyz` and `/v1/lists`. Everybody may read it: restricted lists stand there under their places. */
export function openAge({ copy, pulling, now }: EdgeAgeDeps): CopyAge {
  return {
    print: () => {
      const { freshUntil, lists } = copy()
      const { checkedAt, failure } = pulling()
      const warnings = [
        ...(freshUntil !== null && isStale(freshUntil, now())
          ? [`nobody has vouched since ${freshUntil} that nothing is newer`]
          : []),
        ...(failure ? [`the source cannot be copied (${failure.code})`] : []),
        ...lists
          .filter(({ fault }) => fault !== null)
          .map(
            ({ place, fault }) => `the list ${place} is kept as it was (${fault?.code ?? 'fault'})`,
          ),
      ]
      return {
        checkedAt: checkedAt?.toISOString() ?? null,
        freshUntil,
        isStale: isStale(freshUntil, now()),
        warnings,
      }
    },
    printList: ({ place }) => {
      const list = copy().lists.find((one) => one.place === place)
      if (!list) return {}
      return { freshUntil: list.freshUntil, isStale: isStale(list.freshUntil, now()) }
    },
  }
}
