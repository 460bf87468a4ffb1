import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import { makeFolder, writeDurableFile } from '../platform/durable-file.ts'
import { parseClaim } from './check-checkpoint.ts'
import { isCount } from './list-facts.ts'
import { isRecord } from './parse-signed.ts'

/** What a monitor knows from one look to the next. */
export interface MonitorMemory {
  readonly source: string
  /** The timestamp that was seen last, and since when (ISO 8601); null before the first. */
  readonly timestamp: { readonly version: number; readonly since: string } | null
  /** When each alarm was told last, by its key; only those that still last. */
  readonly told: Readonly<Record<string, string>>
}

/** A monitor's folder: `checkpoints/` with every checkpoint that it saw, `monitor.json` with the rest. */
export class MonitorState {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    makeFolder(join(folder, 'checkpoints'))
  }

  /** Throws `audit/state` where the folder is another source's, or damaged. */
  read(source: string): MonitorMemory {
    const text = readText(join(this.#folder, 'monitor.json'))
    if (text === null) return { source, timestamp: null, told: {} }
    const memory = parseMemory(text)
    if (memory?.source === source) return memory
    throw new Fault(
      'audit/state',
      `expected what a monitor of ${JSON.stringify(source)} keeps in ${JSON.stringify(this.#folder)}, got ${JSON.stringify(memory?.source ?? 'another text')}`,
    )
  }

  write(memory: MonitorMemory): void {
    writeDurableFile(join(this.#folder, 'monitor.json'), Buffer.from(printSortedJson(memory)))
  }

  /** Keeps a checkpoint for ever, under its size and root; gives the path. Witnesses may differ: the first one with a root stays. */
  keep(text: string): string {
    const { size, root } = parseClaim(Buffer.from(text)).claim
    const name = `${String(size).padStart(16, '0')}-${Buffer.from(root).toString('hex')}.txt`
    const path = join(this.#folder, 'checkpoints', name)
    if (readText(path) === null) writeDurableFile(path, Buffer.from(text))
    return path
  }

  /** The largest checkpoint that was kept, and where it lies. Throws `audit/state` where it is none. */
  largest(): { readonly path: string; readonly bytes: Buffer } | null {
    // Names are as long as they can be, so their order is that of the sizes.
    const name = readdirSync(join(this.#folder, 'checkpoints'))
      .filter((one) => /^\d{16}-[0-9a-f]{64}\.txt$/.test(one))
      .sort()
      .at(-1)
    if (name === undefined) return null
    const path = join(this.#folder, 'checkpoints', name)
    const bytes = readFileSync(path)
    try {
      parseClaim(bytes)
      return { path, bytes }
    } catch (cause) {
      throw new Fault('audit/state', `expected a checkpoint in ${JSON.stringify(path)}, got none`, {
        cause,
      })
    }
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function parseMemory(text: string): MonitorMemory | null {
  try {
    const value: unknown = JSON.parse(text)
    const { source, timestamp, told } = isRecord(value) ? value : {}
    const isTimestamp = timestamp === null || (isRecord(timestamp) && isCount(timestamp['version']))
    return typeof source === 'string' && isTimestamp && isRecord(told)
      ? (value as MonitorMemory)
      : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
