import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { needsProgram } from '../needs-program.ts'

/** The name that every certificate here is made out to. */
export const TLS_NAME = 'lists.authority.example'

/** Paths of a certificate, which vouches for itself, and of its key. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** A new one in this folder. */
export function makeCertificate(folder: string, name: string): Certificate {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const subject = ['-subj', `/CN=${TLS_NAME}`, '-addext', `subjectAltName=DNS:${TLS_NAME}`]
  const args = [...request, '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', cert]
  execFileSync(needsProgram('openssl'), args, { stdio: 'ignore' })
  return { cert, key }
}

/** Puts the files of one in the place of another's, as a renewal does. */
export function replaceCertificate(old: Certificate, renewed: Certificate): void {
  renameSync(renewed.key, old.key)
  renameSync(renewed.cert, old.cert)
}
