import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { printNoteKey } from '../../src/core/log/note-key.ts'
import { flip, MemoryLog, signedCheckpoint, testSigner } from '../support/log-builders.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'

const PROGRAM = fileURLToPath(new URL('../support/verify-log.go', import.meta.url))
const SIZES = [1, 2, 3, 7, 8, 100, 255, 256, 257, 300, 511, 512, 513, 700]

describeWith('go', "Go's checksum database", () => {
  let folder: string
  let good: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'log-'))
    good = join(folder, 'good')
    buildVerifier()
    await writeLog(good)
  }, 300_000)

  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  /** Debian's packages of Go lie in a GOPATH; nothing is fetched. */
  function buildVerifier(): void {
    execFileSync(needsProgram('go'), ['build', '-p', '1', '-o', join(folder, 'verify'), PROGRAM], {
      env: {
        ...process.env,
        GO111MODULE: 'off',
        GOPATH: '/usr/share/gocode',
        GOCACHE: join(folder, 'cache'),
        GOFLAGS: '',
        CGO_ENABLED: '0',
      },
    })
  }

  async function writeLog(to: string): Promise<void> {
    const signer = testSigner('log.example/2030', 'ed25519')
    const witness = testSigner('witness.example/w1', 'cosignature')
    const log = new MemoryLog()
    mkdirSync(join(to, 'checkpoints'), { recursive: true })
    for (const size of SIZES) {
      log.growTo(size)
      const checkpoint = await signedCheckpoint(signer, log.head, [witness])
      writeFileSync(join(to, 'checkpoints', String(size)), checkpoint)
    }
    for (const [path, bytes] of log.files) {
      mkdirSync(dirname(join(to, path)), { recursive: true })
      writeFileSync(join(to, path), bytes)
    }
    writeFileSync(join(to, 'keys'), `${printNoteKey(signer.key)}\n${printNoteKey(witness.key)}\n`)
    writeFileSync(join(to, 'sizes'), `${SIZES.join('\n')}\n`)
  }

  function verify(log: string): { ok: boolean; output: string } {
    const { status, stdout, stderr } = spawnSync(join(folder, 'verify'), [log], {
      encoding: 'utf8',
    })
    return { ok: status === 0, output: stdout + stderr }
  }

  it('verifies signatures, tiles, every leaf and every two sizes', () => {
    expect(verify(good)).toEqual({ ok: true, output: 'verified 700 leaves at 14 sizes\n' })
  })

  it.each([
    ['the text of a checkpoint', 'checkpoints/257', 130],
    ['a signature', 'checkpoints/700', 900],
    ['a cosignature', 'checkpoints/700', -100],
    ['a full tile', 'tile/0/001', 5000],
    ['a partial tile', 'tile/0/002.p/188', 188 * 256 - 1],
    ['a tile of the second row', 'tile/1/000.p/2', 0],
    ['an entry', 'tile/entries/001', 30],
    ['the length of an entry', 'tile/entries/000', 15],
  ])('refuses one flipped bit of %s', (_, file, bit) => {
    const bad = join(folder, 'bad')
    cpSync(good, bad, { recursive: true })
    const bytes = readFileSync(join(bad, file))
    writeFileSync(join(bad, file), flip(bytes, bit < 0 ? bytes.length * 8 + bit : bit))
    expect(verify(bad).ok).toBe(false)
    rmSync(bad, { recursive: true })
    expect(verify(good).ok).toBe(true)
  })
})
