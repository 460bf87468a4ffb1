/** Snapshots whose serials are remembered; the first that was learnt makes room. */
const MAX_REMEMBERED = 4096
const DELTA = /[.]delta-\d{1,10}-(\d{1,10})[.]txt[.]gz$/
const SNAPSHOT = /\/snapshot[.]txt[.]gz$/

/**
 * Which serial a reader of a target has. A delta's name says it; a snapshot's doesn't, but the list's metadata, which every reader must
 * fetch before.
 */
export class TargetSerials {
  readonly #bySha256 = new Map<string, number>()

  /** Takes in the metadata of a list. Of whatever else it is, it learns nothing. */
  learn(body: Buffer): void {
    for (const [path, { hashes, custom }] of targetsOf(body)) {
      const [sha256, serial] = [hashes?.sha256, custom?.serial]
      if (SNAPSHOT.test(path) && sha256 !== undefined && serial !== undefined) {
        this.#put(sha256, serial)
      }
    }
  }

  /** Null where that is not known. */
  of({ file, sha256 }: { readonly file: string; readonly sha256: string }): number | null {
    const [, to] = DELTA.exec(file) ?? []
    return to === undefined ? (this.#bySha256.get(sha256) ?? null) : Number(to)
  }

  #put(sha256: string, serial: number): void {
    this.#bySha256.set(sha256, serial)
    if (this.#bySha256.size <= MAX_REMEMBERED) return
    for (const first of this.#bySha256.keys()) {
      this.#bySha256.delete(first)
      return
    }
  }
}

/** As this program signs it; a published file of another shape has none of it. */
interface ListMetadata {
  readonly signed?: { readonly targets?: Readonly<Record<string, TargetFacts>> }
}

interface TargetFacts {
  readonly hashes?: { readonly sha256?: string }
  readonly custom?: { readonly serial?: number }
}

function targetsOf(body: Buffer): [string, TargetFacts][] {
  try {
    const { signed } = JSON.parse(body.toString('utf8')) as ListMetadata
    return Object.entries(signed?.targets ?? {})
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
