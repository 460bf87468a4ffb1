import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, brotliDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keyIdText, parseMinisign } from '../../src/core/minisign.ts'
import { openExports } from '../support/open-exports.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { EXPORT_FORMATS } from '../../src/formats/render-export.ts'
import { makeExport, type MadeExport } from '../../src/publish/make-export.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { entryLine, sortLines } from '../support/lines.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'
import { openTufReader } from '../support/tuf-oracle.ts'

let home: TestAuthority
let authority: Authority
let folder: string

beforeEach(async () => {
  home = await makeTestAuthority()
  authority = home.open()
  folder = mkdtempSync(join(tmpdir(), 'minisign-'))
  applyList(authority, 'phishing', {
    zone: {
      origin: 'phishing.rpz.example',
      ttl: 300,
      refresh: 300,
      retry: 60,
      expire: 2_419_200,
      zonemd: false,
    },
  })
  await publishLines(
    authority,
    'phishing',
    sortLines(Array.from({ length: 500 }, (_, i) => entryLine(i))),
  )
})

afterEach(() => {
  authority.close()
  home.remove()
  rmSync(folder, { recursive: true })
})

async function exportAs(format: (typeof EXPORT_FORMATS)[number]): Promise<MadeExport> {
  const list = authority.store.lists.find('phishing')!
  return makeExport(
    openExports(authority),
    list,
    format,
    authority.store.publications.latest(list.rowId)!,
  )
}

const pathOf = (path: string): string => join(authority.paths.exports, path)

/** The public key as a reader gets it: a target, by TUF. */
async function exportKey(): Promise<string> {
  const reader = await openTufReader(authority.paths.published, authority.paths.root)
  const bytes = await reader.download(await reader.refresh(), 'keys/export.pub')
  await reader.close()
  const path = join(folder, 'export.pub')
  writeFileSync(path, bytes)
  return path
}

function minisign(key: string, file: string, signature: string): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(
    needsProgram('minisign'),
    ['-Vm', file, '-x', signature, '-p', key, '-H'],
    { encoding: 'utf8' },
  )
  return { ok: status === 0, output: stdout + stderr }
}

describeWith(['minisign'], 'minisign', () => {
  it.each(EXPORT_FORMATS)(
    'verifies the export %s by the key that TUF vouches for',
    async (format) => {
      const made = await exportAs(format)
      const { ok, output } = minisign(
        await exportKey(),
        pathOf(made.plain.path),
        pathOf(made.signature.path),
      )
      expect(output).toContain(`list:phishing serial:1 expires:`)
      expect(output).toContain(`file:phishing/${format}`)
      expect(ok).toBe(true)
      const plain = readFileSync(pathOf(made.plain.path))
      expect(gunzipSync(readFileSync(pathOf(made.gzip.path))).equals(plain)).toBe(true)
      expect(brotliDecompressSync(readFileSync(pathOf(made.br.path))).equals(plain)).toBe(true)
      expect(
        Object.values(made).every(
          (file) =>
            readFileSync(pathOf((file as MadeExport['plain']).path)).length ===
            (file as MadeExport['plain']).bytes,
        ),
      ).toBe(true)
    },
  )

  it('refuses an altered file and an altered trusted comment', async () => {
    const made = await exportAs('hosts')
    const key = await exportKey()
    const [file, signature] = [join(folder, 'hosts'), join(folder, 'hosts.minisig')]
    const bytes = readFileSync(pathOf(made.plain.path))
    const text = readFileSync(pathOf(made.signature.path), 'utf8')
    writeFileSync(file, Buffer.concat([bytes, Buffer.from('#\n')]))
    writeFileSync(signature, text)
    expect(minisign(key, file, signature).ok).toBe(false)
    writeFileSync(file, bytes)
    expect(minisign(key, file, signature).ok).toBe(true)
    writeFileSync(signature, text.replace('serial:1', 'serial:2'))
    expect(minisign(key, file, signature).ok).toBe(false)
  })

  it('verifies after the key was rotated, by the new key alone', async () => {
    await exportAs('hosts')
    const oldKey = readFileSync(await exportKey(), 'utf8')
    await changeKeys(authority, { role: 'export', change: 'rotate' })
    await projectPublished(authority)
    const made = await exportAs('hosts')
    expect(
      minisign(await exportKey(), pathOf(made.plain.path), pathOf(made.signature.path)).ok,
    ).toBe(true)
    writeFileSync(join(folder, 'old.pub'), oldKey)
    expect(
      minisign(join(folder, 'old.pub'), pathOf(made.plain.path), pathOf(made.signature.path)).ok,
    ).toBe(false)
  })

  it('sees a signature whose end is near made again, and no other', async () => {
    const first = readFileSync(pathOf((await exportAs('hosts')).signature.path), 'utf8')
    home.clock.at = new Date(home.clock.at.getTime() + 9 * 86_400_000)
    expect(readFileSync(pathOf((await exportAs('hosts')).signature.path), 'utf8')).toBe(first)
    home.clock.at = new Date(home.clock.at.getTime() + 86_400_000)
    const second = readFileSync(pathOf((await exportAs('hosts')).signature.path), 'utf8')
    expect(second).not.toBe(first)
    expect(keyIdText(parseMinisign(second).keyId)).toBe(keyIdText(parseMinisign(first).keyId))
  })

  it('makes the same export from the database when the cached lines are gone or wrong', async () => {
    const bytes = readFileSync(pathOf((await exportAs('rpz')).plain.path))
    for (const spoil of [
      () => authority.cache.forget('phishing', { lines: 99, changes: 99 }),
      () => spoilLines(),
    ]) {
      rmSync(authority.paths.exports, { recursive: true })
      spoil()
      expect(readFileSync(pathOf((await exportAs('rpz')).plain.path)).equals(bytes)).toBe(true)
    }
  })
})

function spoilLines(): void {
  const draft = authority.cache.draftLines('phishing', 1)
  draft.write(Buffer.from(`${entryLine(1)}\n`))
  draft.keep()
}

describeWith(['gzip', 'sha256sum', 'sort'], 'the tools of every system', () => {
  it('read a published snapshot and come to its state', () => {
    const list = authority.store.lists.find('phishing')!
    const { state } = authority.store.publications.latest(list.rowId)!
    const command = `gzip -dc ${authority.paths.published}/tuf/targets/lists/phishing/*.snapshot.txt.gz | sed '1,/^$/d' | LC_ALL=C sort -u | sha256sum`
    expect(execFileSync('sh', ['-c', command]).toString()).toBe(`${state}  -\n`)
  })
})
