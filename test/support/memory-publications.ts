import { Fault } from '../../src/core/fault.ts'
import type {
  LogBatch,
  Publication,
  PublishLog,
  PublishStore,
  SealedCheckpoint,
  SignedMetadata,
  StoredLeaf,
} from '../../src/publish/ports.ts'

/** A decision's effect on the lines of one list. */
export interface MemoryDecision {
  readonly add: readonly string[]
  readonly retire: readonly string[]
}

/**
 * The publish room's store in memory, one list with row id 1: the model that the contract in `test/contract` measures the real
 * one against. Decisions are numbered from 1 as they come.
 */
export class MemoryPublications implements Pick<PublishStore, 'publications' | 'metadata' | 'log'> {
  readonly #decisions: MemoryDecision[] = []
  readonly #policies: string[] = []
  readonly #swept = new Map<string, number>()
  #leaves: readonly StoredLeaf[] = []
  #batch: LogBatch | null = null
  #checkpoint: SealedCheckpoint | null = null
  #publications: Publication[] = []
  #metadata: SignedMetadata[] = []

  decide(decision: MemoryDecision): number {
    return this.#decisions.push(decision)
  }

  readonly metadata = {
    latest: (role: string) => this.#ofRole(role).at(-1) ?? null,
    find: (role: string, version: number) =>
      this.#ofRole(role).find((signed) => signed.version === version) ?? null,
    all: (role?: string) =>
      [...this.#metadata]
        .filter((signed) => role === undefined || signed.role === role)
        .sort((a, b) => (a.role < b.role ? -1 : a.role > b.role ? 1 : a.version - b.version)),
    forget: (role: string, version: number) => {
      this.#metadata = this.#metadata.filter(
        (signed) => signed.role === 'root' || signed.role !== role || signed.version >= version,
      )
    },
    commit: (signed: readonly SignedMetadata[]) => {
      this.#metadata = this.#with(signed)
    },
  }

  readonly publications = {
    latest: () => this.#publications.at(-1) ?? null,
    find: (_list: number, serial: number) =>
      this.#publications.find((publication) => publication.serial === serial) ?? null,
    all: () => [...this.#publications],
    lines: (_list: number, through: number) => [...this.#state(through)].sort(),
    changes: (_list: number, after: number, through: number) => {
      const [before, now] = [this.#state(after), this.#state(through)]
      return {
        added: [...now].filter((line) => !before.has(line)).sort(),
        removed: [...before].filter((line) => !now.has(line)).sort(),
      }
    },
    countChanges: (_list: number, after: number, through: number) => {
      const [before, now] = [this.#state(after), this.#state(through)]
      return {
        added: [...now].filter((line) => !before.has(line)).length,
        removed: [...before].filter((line) => !now.has(line)).length,
      }
    },
  }

  readonly log: PublishLog = {
    size: () => this.#leaves.length,
    leaves: (from, to) => this.#leaves.slice(from, to),
    checkpoint: () => this.#checkpoint,
    batch: () => this.#batch,
    begin: ({ expectedSize, leaves, policy, joins, ...begun }) => {
      if (expectedSize !== this.#leaves.length) throw new Fault('publish/conflict', 'size')
      if (this.#batch !== null && !joins) throw new Fault('publish/conflict', 'batch')
      const metadata = [...(this.#batch?.metadata ?? []), ...begun.metadata]
      const publication = begun.publication ?? this.#batch?.publication ?? null
      const latest = this.#publications.at(-1)?.serial ?? 0
      if (publication !== null && publication.expectedSerial !== latest) {
        throw new Fault('publish/conflict', `serial ${latest}`)
      }
      this.#with(metadata)
      this.#leaves = [...this.#leaves, ...leaves]
      if (policy !== null) this.#policies.unshift(policy)
      const { needsOldQuorum, begunAt } = begun
      this.#batch = { size: this.#leaves.length, begunAt, metadata, publication, needsOldQuorum }
    },
    finish: ({ timestamp, ...checkpoint }) => {
      const batch = this.#batch
      if (batch?.size !== checkpoint.size) throw new Fault('publish/conflict', 'batch')
      this.#metadata = this.#with([...batch.metadata, ...(timestamp === null ? [] : [timestamp])])
      if (batch.publication !== null) this.#publications.push(batch.publication.publication)
      this.#batch = null
      this.#checkpoint = checkpoint
    },
    policies: () => this.#policies,
    manifest: () => null,
    swept: (role) => this.#swept.get(role) ?? 0,
    sweep: (role, version) => void this.#swept.set(role, version),
  }

  #ofRole(role: string): SignedMetadata[] {
    return this.#metadata.filter((signed) => signed.role === role)
  }

  #with(more: readonly SignedMetadata[]): SignedMetadata[] {
    const all = [...this.#metadata]
    for (const signed of more) {
      const last = all.filter(({ role }) => role === signed.role).at(-1)?.version ?? 0
      if (signed.version !== last + 1) throw new Fault('publish/conflict', signed.role)
      all.push(signed)
    }
    return all
  }

  #state(through: number): Set<string> {
    const state = new Set<string>()
    for (const { add, retire } of this.#decisions.slice(0, through)) {
      for (const line of retire) state.delete(line)
      for (const line of add) state.add(line)
    }
    return state
  }
}
