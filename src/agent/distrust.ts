import { Fault, isFault, type FaultCode } from '../core/fault.ts'

/**
 * What tuf-js 5.0.1 says, as our codes. It wraps its errors in sentences and drops the classes, so the sentence is all there is;
 * `test/scenario/agent-distrust.test.ts` provokes each of them, so that another version with other words fails there.
 */
const SENTENCES: readonly (readonly [RegExp, FaultCode])[] = [
  [/is expired/, 'trust/expired'],
  [/is less than current version|Missing file .* in new snapshot/, 'trust/rollback'],
  [/was signed by \d+\/\d+ keys/, 'trust/signature'],
  [
    /Snapshot version doesn't match|does not match snapshot version|Expected (length|hash)|Expected version \d+, got/,
    'trust/mismatch',
  ],
]

/** Why the source is not trusted: `met` is what the fetcher met, which tuf-js may have wrapped into a mere sentence. */
export function asDistrust(error: unknown, met: Fault | undefined): Fault {
  if (isFault(error)) return error
  if (met) return met
  const said = error instanceof Error ? error.message : String(error)
  const code = SENTENCES.find(([pattern]) => pattern.test(said))?.[1] ?? 'trust/invalid'
  return new Fault(code, `expected metadata that can be trusted, got: ${lowerFirst(said)}`, {
    cause: error,
  })
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
