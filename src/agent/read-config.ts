import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Fault } from '../core/fault.ts'
import { CONFIG_SCHEMA, type AgentConfig } from './config.ts'
import { replaceFile, type Disk } from './disk.ts'
import { isRecord } from './metadata-bytes.ts'

/** A configuration that obeys its schema, and the digest of everything that this was decided from. */
export interface CheckedConfig {
  readonly key: string
  readonly config: AgentConfig
}

/**
 * Reads and checks the configuration file `path`. Checking takes longer than a pull without news, so what was checked once is kept in
 * the state folder (`keepChecked`) and taken from there as long as file and schema are the same. Throws `agent/config`.
 */
export async function readAgentConfig(path: string): Promise<CheckedConfig> {
  const text = readConfigFile(path)
  const folder = dirname(resolve(path))
  const key = digest([folder, text, readFileSync(CONFIG_SCHEMA, 'utf8')])
  const known = recallChecked(text, folder, key)
  if (known) return known
  const { parseAgentConfig } = await import('./parse-config.ts')
  return { key, config: parseAgentConfig(text, folder) }
}

function readConfigFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('agent/config', `expected a configuration, got ${why}`, { cause })
  }
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/**
 * It names the commands to run, so one that another user may have written is not taken: the folder may be writable for more than
 * this user, whose own hand is seen in the file's owner.
 */
function recallChecked(text: string, folder: string, key: string): CheckedConfig | null {
  try {
    const raw: unknown = JSON.parse(text)
    if (!isRecord(raw) || typeof raw['state'] !== 'string') return null
    const kept = readOwnFile(checkedPath(resolve(folder, raw['state'])))
    if (kept === null) return null
    const checked = JSON.parse(kept) as CheckedConfig
    return checked.key === key ? checked : null
  } catch (error) {
    // No JSON, none kept yet, or a note that someone spoiled: it is checked anew.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return null
    throw error
  }
}

/** Null for a file that another user owns or may write to. */
function readOwnFile(path: string): string | null {
  const fd = openSync(path, 'r')
  try {
    const { uid, mode } = fstatSync(fd)
    const isOwn = uid === (process.geteuid?.() ?? uid) && (mode & 0o022) === 0
    return isOwn ? readFileSync(fd, 'utf8') : null
  } finally {
    closeSync(fd)
  }
}

function checkedPath(stateFolder: string): string {
  return join(stateFolder, 'checked-config.json')
}

/** Keeps what was checked, for the next start; to be called when the state folder is there. */
export function keepChecked(disk: Disk, checked: CheckedConfig): void {
  const path = checkedPath(checked.config.state)
  const bytes = Buffer.from(JSON.stringify(checked) + '\n')
  if (!isSame(path, bytes)) replaceFile(disk, path, bytes, 0o644)
}

function isSame(path: string, bytes: Buffer): boolean {
  try {
    return readFileSync(path).equals(bytes)
  } catch {
    // Not there yet, most likely; if it cannot be read, writing it will say why.
    return false
  }
}
