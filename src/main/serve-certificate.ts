import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { Fault } from '../core/fault.ts'
import type { CertificateFiles } from './serve-dns-options.ts'

/** A certificate with its chain, and its key, both in PEM. */
export interface Certificate {
  readonly cert: Buffer
  readonly key: Buffer
}

export interface CertificateWatch {
  readonly stop: () => void
}

export interface CertificateEvents {
  /** A new certificate, which fits its key. */
  readonly onChange: (certificate: Certificate) => void
  /** The files have changed and are none; the certificate before stays. Told once for each change. */
  readonly onFault: (fault: Fault) => void
}

/** How often the files are looked at. */
const LOOK_INTERVAL_MS = 2_000

/** Reads a certificate and its key. Faults: `serve/certificate`. */
export function readCertificate({ cert, key }: CertificateFiles): Certificate {
  try {
    const certificate = { cert: readFileSync(cert), key: readFileSync(key) }
    // Tells whether they are what they should be, and of each other.
    createSecureContext(certificate)
    return certificate
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Fault(
      'serve/certificate',
      `expected a certificate in ${JSON.stringify(cert)} and its key in ${JSON.stringify(key)}, both in PEM, got: ${why}`,
      { cause: error },
    )
  }
}

/**
 * Looks every few seconds whether the files have changed: whoever renews a certificate need not tell. A change that is still wrong at the
 * second look is told; until then one of the two files may just have been written before the other.
 */
export function watchCertificate(
  files: CertificateFiles,
  { onChange, onFault }: CertificateEvents,
): CertificateWatch {
  let taken = markOf(files)
  let refused = ''
  let told = ''
  const looking = setInterval(() => {
    const mark = markOf(files)
    if (mark === taken || mark === told) return
    try {
      onChange(readCertificate(files))
      taken = mark
      told = ''
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (mark === refused) {
        told = mark
        onFault(error)
      }
      refused = mark
    }
  }, LOOK_INTERVAL_MS)
  looking.unref()
  return { stop: () => clearInterval(looking) }
}

function markOf({ cert, key }: CertificateFiles): string {
  return [cert, key].map(fileMark).join(' ')
}

function fileMark(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? '-' : `${stat.ino}:${stat.size}:${stat.mtimeNs}`
}
