import type { SecondaryConfig } from './secondary-config.ts'

/** No parser takes these for values, so that what was not filled in is refused and not run. */
export const ADDRESS_PLACEHOLDER = 'PUT-OUR-ADDRESS-HERE'
export const SECRET_PLACEHOLDER = 'PUT-THE-SECRET-HERE'

/** What `serve` listens at, and what RFC 7858 gives to DNS over TLS. */
const DNS_PORT = 5300
const TLS_PORT = 853

/** Where Debian has the certificates that everybody trusts. */
export const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/** Where the primary is reached, or the placeholder. */
export function primaryOf({ primary, tls }: SecondaryConfig): {
  readonly address: string
  readonly port: number
} {
  return primary ?? { address: ADDRESS_PLACEHOLDER, port: tls === null ? DNS_PORT : TLS_PORT }
}

/** The secret, or its placeholder. */
export function secretOf({ secret }: NonNullable<SecondaryConfig['key']>): string {
  return secret ?? SECRET_PLACEHOLDER
}

/** The first lines of a configuration, behind `comment`: for whom it is, and what is still to be filled in. */
export function printHeading(comment: string, program: string, config: SecondaryConfig): string {
  const { subscriber, primary, key } = config
  const missing = [
    ...(primary === null ? [`${ADDRESS_PLACEHOLDER} by the address of our DNS`] : []),
    ...(key?.secret === null
      ? [`${SECRET_PLACEHOLDER} by the secret of ${key.name}, as add or rotate printed it`]
      : []),
  ]
  const lines = [
    `Lists for ${subscriber}, by zone transfer into ${program}.`,
    ...(missing.length === 0 ? [] : [`TO DO: replace ${missing.join(', and ')}.`]),
    ...(key === null ? [] : ['It holds a secret: keep it from other users of the host.']),
  ]
  return lines.map((line) => `${comment} ${line}\n`).join('')
}
