import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, isFault, type FaultCode } from '../core/fault.ts'
import { replaceFile, type Disk } from './disk.ts'
import type { AgentLog } from './log.ts'

export interface EvidenceDeps {
  readonly disk: Disk
  readonly log: AgentLog
  readonly now: () => Date
  /** The state folder. */
  readonly state: string
}

/** A checkpoint as a witness in a dispute: its note has the log's signature. */
export interface Exhibit {
  readonly size: number
  /** In base64. */
  readonly root: string
  /** The note, byte for byte. */
  readonly note: string
}

/** No more files of evidence are kept; the oldest gives way. */
export const MAX_EVIDENCE = 64

const NAME = /^[0-9]{8}T[0-9]{6}Z-([0-9]+|none)-([0-9]+|none)\.txt$/

/** The checkpoint that this host had, and the one that it got; null where there is none. */
export type Exhibits = readonly [kept: Exhibit | null, got: Exhibit | null]

/** What the log is to be blamed for. */
export interface Charge {
  readonly code: FaultCode
  readonly message: string
  readonly cause?: unknown
}

/**
 * A fault that names two checkpoints that do not agree, or what there is of them, and the file that has them both: `evidence/TIME-SIZE-SIZE.txt`
 * of the state folder. What is there already isn't kept twice.
 */
export function accuse(
  deps: EvidenceDeps,
  { code, message, cause }: Charge,
  exhibits: Exhibits,
): Fault {
  const [kept, got] = exhibits.map(tell)
  const path = keepEvidence(deps, exhibits)
  const where = path === null ? 'could not be kept' : `is in ${JSON.stringify(path)}`
  return new Fault(code, `${message}; kept: ${kept}; got: ${got}; the evidence ${where}`, { cause })
}

function tell(exhibit: Exhibit | null): string {
  return exhibit === null ? 'none' : `size ${exhibit.size}, root ${exhibit.root}`
}

/** Null where the disk refuses: the fault at hand is the one to tell. */
function keepEvidence(deps: EvidenceDeps, [kept, got]: Exhibits): string | null {
  const folder = join(deps.state, 'evidence')
  const bytes = Buffer.from(printExhibit('kept', kept) + printExhibit('got', got))
  const sizes = `${kept?.size ?? 'none'}-${got?.size ?? 'none'}`
  try {
    deps.disk.makeFolder(folder, 0o755)
    const names = readdirSync(folder).sort()
    const twin = names.find(
      (name) => name.endsWith(`Z-${sizes}.txt`) && readFileSync(join(folder, name)).equals(bytes),
    )
    if (twin !== undefined) return join(folder, twin)
    makeRoom(deps.disk, folder, names)
    const path = join(folder, `${basicTime(deps.now())}-${sizes}.txt`)
    replaceFile(deps.disk, path, bytes, 0o644)
    return path
  } catch (error) {
    if (!isFault(error, 'agent/disk')) throw error
    deps.log.error({ code: error.code }, `the evidence could not be kept: ${error.message}`)
    return null
  }
}

/** Removes the oldest files past the limit, and the beginnings that a crash has left. */
function makeRoom(disk: Disk, folder: string, names: readonly string[]): void {
  const files = names.filter((name) => NAME.test(name))
  const old = files.slice(0, Math.max(0, files.length - MAX_EVIDENCE + 1))
  for (const name of [...names.filter((one) => one.endsWith('.txt.new')), ...old]) {
    disk.remove(join(folder, name))
  }
}

/** The length before the note: so nothing in it can be taken for the next one. */
function printExhibit(whose: 'kept' | 'got', exhibit: Exhibit | null): string {
  const note = exhibit?.note ?? ''
  return `${whose}: ${Buffer.byteLength(note)} bytes\n${note}`
}

/** ISO 8601 in its basic form, which any file system takes. */
function basicTime(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '')
}
