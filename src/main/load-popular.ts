import { createHash, type Hash } from 'node:crypto'
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { Fault, isFault } from '../core/fault.ts'
import { encodePopular, type PopularFacts } from '../curation/guards/popular-sites.ts'
import { readRanking, type Ranking } from '../curation/guards/read-ranking.ts'
import { dataPaths } from '../platform/data-folder.ts'
import { writeDurableBlocks } from '../platform/durable-file.ts'
import { readChunks, STDIN } from './read-chunks.ts'

export interface LoadedPopular {
  readonly facts: PopularFacts
  readonly refused: number
  readonly isCut: boolean
}

/** Reads a ranking and keeps what guards need of it, in the place of what was loaded before. Throws `popular/invalid`, which names the file. */
export function loadPopular(
  data: string,
  file: string,
  { source, date }: { readonly source?: string; readonly date?: string },
): LoadedPopular {
  const { popular } = dataPaths(data)
  const hash = createHash('sha256')
  const ranking = readNamed(file, hash)
  const facts = {
    source: source ?? (file === STDIN ? 'standard input' : basename(file)),
    date: date ?? dayOf(file),
    sha256: hash.digest('hex'),
    names: ranking.names,
  }
  writeDurableBlocks(popular, encodePopular(facts, ranking.arrays), { mode: 0o600 })
  return { facts, refused: ranking.refused, isCut: ranking.isCut }
}

/** Of the whole file, though no more is taken than the first million names. */
function readNamed(file: string, hash: Hash): Ranking {
  function* hashed(): Generator<Uint8Array> {
    for (const chunk of readChunks(file)) {
      hash.update(chunk)
      yield chunk
    }
  }
  try {
    return readRanking(hashed())
  } catch (error) {
    if (!isFault(error, 'popular/invalid')) throw error
    throw new Fault('popular/invalid', `in ${JSON.stringify(file)}: ${error.message}`, {
      cause: error,
    })
  }
}

function dayOf(file: string): string {
  const at = file === STDIN ? new Date() : statSync(file).mtime
  return at.toISOString().slice(0, 10)
}
