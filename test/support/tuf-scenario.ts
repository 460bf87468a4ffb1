import type { FaultCode } from '../../src/core/fault.ts'
import type { Look } from './tuf-readers.ts'
import type { TufRepository } from './tuf-repository.ts'

/** What becomes of a repository, and what whoever reads it is to make of that. */
export interface TufScenario {
  readonly name: string
  /** Happens before the first root is handed out; that one is what this gives, where it gives one. */
  readonly before?: (repository: TufRepository) => Buffer | undefined
  /** Happen one after the other; after each of them both readers look. */
  readonly steps: readonly ((repository: TufRepository) => void)[]
  /** The last look of both; `versions` as `Look` has them. */
  readonly outcome: Look['outcome']
  readonly versions: string
  /** Why we refuse. */
  readonly code?: FaultCode
  /** Where tuf-js alone says something else: what, and why we don't. */
  readonly plain?: Pick<Look, 'outcome' | 'versions'> & { readonly because: string }
}
