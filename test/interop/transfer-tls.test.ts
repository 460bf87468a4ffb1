import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../support/any-answer-dns.ts'
import { describeWith } from '../support/needs-program.ts'
import { startBind } from '../support/secondaries/bind.ts'
import {
  makeCertificate,
  replaceCertificate,
  TLS_NAME,
  type Certificate,
} from '../support/secondaries/certificates.ts'
import { openLab, type Lab } from '../support/secondaries/lab.ts'
import { startNsd } from '../support/secondaries/nsd.ts'
import {
  PATIENT,
  tell,
  until,
  untilBlocked,
  untilOpen,
  untilSerial,
  type Secondary,
  type Told,
} from '../support/secondaries/secondary.ts'
import {
  listDefinition,
  openTransferAuthority,
  type Subscribed,
  type TransferAuthority,
} from '../support/secondaries/transfer-authority.ts'
import { startUnbound } from '../support/secondaries/unbound.ts'
import { expectNewestZone, recordsOf } from '../support/secondaries/zone-records.ts'

/** Transfers over TLS (RFC 9103), to each program that can take them so. */

const ZONE = 'phishing.rpz.example'

let folder = ''
let certificate: Certificate
/** Of what is served at the start; stays when that is replaced. */
let ca = ''
let authority: TransferAuthority

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-certificates-'))
  certificate = makeCertificate(folder, 'served')
  ca = join(folder, 'ca.pem')
  copyFileSync(certificate.cert, ca)
  authority = await openTransferAuthority({ lists: [listDefinition('phishing')], tls: certificate })
  await authority.importCsv('phishing', ['bad.example,domain,nxdomain,,'])
})
afterAll(async () => {
  await authority.close()
  rmSync(folder, { recursive: true, force: true })
})

async function openTestLab(): Promise<Lab> {
  const lab = await openLab()
  onTestFinished(() => lab.close())
  return lab
}

function subscribe(name: string, port: number, ...words: readonly string[]): Promise<Subscribed> {
  const notify = ['--notify', `127.0.0.1:${port}`]
  return authority.subscribe(name, '--lists', 'phishing', ...notify, ...words)
}

async function expectFollowing(secondary: Secondary): Promise<void> {
  await untilBlocked(secondary, 'bad.example')
  await authority.block('phishing', 'soon.example')
  await untilBlocked(secondary, 'soon.example')
  await authority.retire('phishing', 'soon.example')
  await untilOpen(secondary, 'soon.example')
  await expectNewestZone(secondary, authority, 'phishing')
}

describeWith(['kdig', 'openssl', 'named-compilezone'], 'kdig over TLS', () => {
  let tsig: Subscribed['tsig']
  beforeAll(async () => {
    tsig = (await authority.subscribe('isp-kdig', '--lists', 'phishing')).tsig
  })

  const kdig = (trusted: string, ...args: readonly string[]): Promise<Told> => {
    const server = ['@127.0.0.1', '-p', String(authority.tlsPort), '+retry=0', '+time=5']
    const tls = ['+tls', `+tls-ca=${trusted}`, `+tls-hostname=${TLS_NAME}`]
    const key = ['-y', `${tsig.algorithm}:${tsig.name}:${tsig.secret}`]
    return tell('kdig', [...server, ...tls, ...key, '+noall', '+answer', ...args])
  }

  test('gets the zone, and the difference', PATIENT, async () => {
    // Who was added a moment ago is REFUSED until the server has seen that, or has made the zone.
    let whole = await kdig(ca, ZONE, 'AXFR')
    for (let i = 0; i < 50 && whole.stderr.includes('REFUSED'); i++) {
      await wait(100)
      whole = await kdig(ca, ZONE, 'AXFR')
    }
    expect(whole).toMatchObject({ code: 0, stderr: '' })
    const listed = await recordsOf(
      ZONE,
      await authority.run('export', 'phishing', '--format', 'rpz'),
    )
    expect(await recordsOf(ZONE, whole.stdout)).toEqual(expect.arrayContaining([...listed]))
    expect(await kdig(ca, ZONE, 'SOA')).toMatchObject({ code: 0, stderr: '' })
  })

  test('sees the certificate replaced without a restart', PATIENT, async () => {
    const renewed = makeCertificate(folder, 'renewed')
    const newCa = join(folder, 'new-ca.pem')
    copyFileSync(renewed.cert, newCa)
    const isTrusted = async (trusted: string): Promise<boolean> => {
      return (await kdig(trusted, ZONE, 'SOA')).stdout.includes('SOA')
    }
    expect([await isTrusted(ca), await isTrusted(newCa)]).toEqual([true, false])
    replaceCertificate(certificate, renewed)
    await until(
      'the new certificate',
      authority,
      async () => (await isTrusted(newCa)) || 'the old one',
    )
    expect(await isTrusted(ca)).toBe(false)
    ca = newCa
  })

  test('speaks the protocol «dot», and no other', PATIENT, async () => {
    const address = `127.0.0.1:${authority.tlsPort}`
    const connect = (protocol: string): Promise<Told> => {
      return tell('openssl', ['s_client', '-connect', address, '-alpn', protocol], '')
    }
    expect((await connect('dot')).stdout).toContain('ALPN protocol: dot')
    const refused = await connect('h2')
    expect(`${refused.stdout}${refused.stderr}`).toContain('no application protocol')
    const { stdout } = await connect('dot')
    expect(stdout).toContain('TLSv1.3')
  })
})

describeWith(['named', 'rndc', 'openssl', 'named-compilezone'], 'BIND over TLS', () => {
  test('takes the list, and follows', PATIENT, async () => {
    const lab = await openTestLab()
    const port = await freePort()
    const { tsig } = await subscribe('isp-bind', port)
    const bind = await startBind(lab, {
      port,
      options: `response-policy { zone "${ZONE}"; } qname-wait-recurse no min-update-interval 0;`,
      clauses: `
key "${tsig.name}" { algorithm ${tsig.algorithm}; secret "${tsig.secret}"; };
tls xot { ca-file "${ca}"; remote-hostname "${TLS_NAME}"; };
zone "${ZONE}" {
  type secondary; file "rpz.db";
  primaries { 127.0.0.1 port ${authority.tlsPort} key "${tsig.name}" tls xot; };
};
`,
    })
    await expectFollowing(bind)
  })
})

describeWith(['nsd', 'nsd-control', 'openssl', 'named-compilezone'], 'NSD over TLS', () => {
  test('takes the list, and follows', PATIENT, async () => {
    const lab = await openTestLab()
    const port = await freePort()
    const { tsig } = await subscribe('tier-nsd', port)
    const nsd = await startNsd(lab, {
      port,
      clauses: `server:
  tls-cert-bundle: "${ca}"
tls-auth:
  name: xot
  auth-domain-name: ${TLS_NAME}
key:
  name: ${tsig.name}
  algorithm: ${tsig.algorithm}
  secret: "${tsig.secret}"
zone:
  name: ${ZONE}
  zonefile: "${ZONE}"
  request-xfr: 127.0.0.1@${authority.tlsPort} ${tsig.name} xot
  allow-notify: 127.0.0.1 ${tsig.name}
`,
    })
    await authority.block('phishing', 'tier.example')
    const text = await authority.run('export', 'phishing', '--format', 'rpz')
    await untilSerial(nsd, ZONE, Number(/^; Serial: (\d+)$/m.exec(text)?.[1]))
    await expectNewestZone(nsd, authority, 'phishing')
  })
})

describeWith(
  ['unbound', 'unbound-control', 'openssl', 'named-compilezone'],
  'Unbound over TLS',
  () => {
    test('takes the list, and follows', PATIENT, async () => {
      const lab = await openTestLab()
      const port = await freePort()
      await subscribe('isp-unbound', port, '--transfer-by', 'networks', '--networks', '127.0.0.1')
      const unbound = await startUnbound(lab, {
        port,
        clauses: `server:
  module-config: "respip validator iterator"
  tls-cert-bundle: "${ca}"
rpz:
  name: "${ZONE}"
  primary: 127.0.0.1@${authority.tlsPort}#${TLS_NAME}
  allow-notify: 127.0.0.1
  zonefile: "{folder}/${ZONE}"
`,
      })
      await expectFollowing(unbound)
    })
  },
)
