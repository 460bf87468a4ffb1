import { readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { draftPath, makeFolder } from '../../platform/durable-file.ts'
import type { SubscriberPulls } from './pull.ts'

const FORMAT = 'bailiwick-pulls/1'

/** Puts a new file in place of the old one, without holding up whoever serves: readers see one or the other, whole. Throws the system's errors. */
export async function writePulls(path: string, pulls: readonly SubscriberPulls[]): Promise<void> {
  makeFolder(dirname(path))
  const draft = draftPath(path)
  try {
    const text = `${JSON.stringify({ format: FORMAT, pulls })}\n`
    await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** What is in the file; nothing where there is none, or one that is of no use. Any process may read it at any time. */
export function readPulls(path: string): readonly SubscriberPulls[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  try {
    const { format, pulls } = JSON.parse(text) as { format?: unknown; pulls?: unknown }
    return format === FORMAT && Array.isArray(pulls) ? (pulls as SubscriberPulls[]) : []
  } catch {
    // Whatever has become of it, it is told anew by whoever asks next.
    return []
  }
}
