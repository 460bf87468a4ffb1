import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { printNoteKey } from '../../src/core/log/note-key.ts'
import { printSignatureLines } from '../../src/core/log/note.ts'
import { cosignCheckpoint } from '../../src/core/log/sign-note.ts'
import { parseWitnessRequest } from '../../src/core/log/witness-request.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { changePolicy } from '../../src/publish/change-policy.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { refreshMetadata } from '../../src/publish/refresh-metadata.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import { applyList, publishLines, type TestAuthority } from './authority-folder.ts'
import { entryLine, sortLines } from './lines.ts'
import { testSigner } from './log-builders.ts'

/** The place of the restricted list. */
const COURT = '00112233445566778899aabbccddeeff'

const WITNESS = testSigner('witness.example', 'cosignature')

/**
 * Makes a small history by the program itself: three lists, one of them restricted, several serials, with deltas and without, a witness from
 * the third serial on, keys of all kinds changed, metadata made anew. Gives what was published after each step, the last being all.
 */
export async function makeWitnessedHistory(
  home: TestAuthority,
): Promise<readonly ReadonlyMap<string, Buffer>[]> {
  const authority: Authority = { ...home.open(), askWitness: askOwnWitness }
  const states: Map<string, Buffer>[] = []
  const step = async (act: () => Promise<unknown>): Promise<void> => {
    await act()
    await projectPublished(authority)
    states.push(readFolder(authority.paths.published))
  }
  const publish = (id: string, lines: readonly string[]): Promise<void> =>
    step(() => publishLines(authority, id, lines))
  try {
    applyList(authority, 'phishing')
    applyList(authority, 'malware')
    applyList(authority, 'court', { visibility: 'restricted' }, COURT)
    await publish('phishing', lines(0, 60))
    await publish('court', lines(0, 3))
    await publish('malware', lines(100, 101))
    await step(() => changePolicy(authority, witnessPolicy(authority)))
    await publish('phishing', lines(1, 62))
    for (const role of ['root', 'targets', 'snapshot', 'timestamp', 'list-phishing', 'export']) {
      await step(() => changeKeys(authority, { role, change: 'rotate' }))
    }
    await publish('court', lines(1, 5))
    await publish('phishing', lines(2, 60))
    home.clock.at = new Date(home.clock.at.getTime() + 2 * 3_600_000)
    await step(() => refreshMetadata(authority))
    await publish('court', lines(2, 3))
    return states
  } finally {
    authority.close()
  }
}

function lines(from: number, to: number): string[] {
  return sortLines(Array.from({ length: to - from }, (_, i) => entryLine(from + i)))
}

/** Every file below a folder, by its path with slashes. */
export function readFolder(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((one) => join(one.parentPath, one.name))
  const named = paths.map((path): [string, Buffer] => [
    path.slice(folder.length + 1).replaceAll(sep, '/'),
    readFileSync(path),
  ])
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const askOwnWitness: Authority['askWitness'] = async (_, body) => {
  const { checkpoint } = parseWitnessRequest(Buffer.from(body))
  const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1)
  const cosignature = await cosignCheckpoint(WITNESS, text, 1_893_456_000)
  return { status: 200, body: Buffer.from(printSignatureLines([cosignature])) }
}

function witnessPolicy({ store }: Authority): string {
  const [log = ''] = store.log.policies()[0]?.split('\n') ?? []
  return `${log}\nwitness w1 ${printNoteKey(WITNESS.key)} http://127.0.0.1:1/\nquorum w1\n`
}
