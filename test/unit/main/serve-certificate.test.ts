import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Fault } from '../../../src/core/fault.ts'
import { readCertificate, watchCertificate } from '../../../src/main/serve-certificate.ts'
import { describeWith, needsProgram } from '../../support/needs-program.ts'

describeWith('openssl', 'a certificate', () => {
  let folder: string
  let files: { readonly cert: string; readonly key: string }
  const changes: string[] = []
  const faults: string[] = []

  beforeEach(() => {
    vi.useFakeTimers()
    folder = mkdtempSync(join(tmpdir(), 'bailiwick-certificate-'))
    files = makeCertificate('first')
    changes.length = faults.length = 0
  })

  afterEach(() => {
    vi.useRealTimers()
    rmSync(folder, { recursive: true, force: true })
  })

  function makeCertificate(name: string): { readonly cert: string; readonly key: string } {
    const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
    const about = ['-nodes', '-days', '1', '-subj', `/CN=${name}.example`]
    execFileSync(needsProgram('openssl'), [...request, ...about, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    })
    return { cert, key }
  }

  function watch(): { readonly stop: () => void } {
    return watchCertificate(files, {
      onChange: ({ cert }) => changes.push(cert.toString()),
      onFault: ({ code }: Fault) => faults.push(code),
    })
  }

  function look(): void {
    vi.advanceTimersByTime(2_000)
  }

  test('is taken over when both files have changed, though one came first', () => {
    const watching = watch()
    look()
    expect(changes).toEqual([])
    const next = makeCertificate('next')
    const text = readFileSync(next.cert, 'utf8')
    renameSync(next.cert, files.cert)
    look()
    expect(changes).toEqual([])
    renameSync(next.key, files.key)
    look()
    expect(changes).toEqual([text])
    expect(faults).toEqual([])
    watching.stop()
  })

  test('stays in use while what came is none, which is told once', () => {
    const watching = watch()
    writeFileSync(files.cert, 'nothing of the kind')
    for (let looks = 0; looks < 5; looks++) look()
    expect(changes).toEqual([])
    expect(faults).toEqual(['serve/certificate'])
    rmSync(files.key)
    for (let looks = 0; looks < 5; looks++) look()
    expect(faults).toHaveLength(2)
    const next = makeCertificate('next')
    renameSync(next.cert, files.cert)
    renameSync(next.key, files.key)
    look()
    expect(changes).toHaveLength(1)
    watching.stop()
  })

  test('is refused with the key of another', () => {
    const { cert } = files
    const { key } = makeCertificate('other')
    expect(() => readCertificate({ cert, key })).toThrow(
      expect.objectContaining({ code: 'serve/certificate' }),
    )
    expect(readCertificate(files).key.toString()).toContain('PRIVATE KEY')
  })
})
