import { onTestFinished } from 'vitest'
import type { Asked, Refused, TransferBegun, TransferEnded } from '../../src/dns/dns-events.ts'
import type { DnsLimits } from '../../src/dns/limits.ts'
import { type MacDesk, inlineMacDesk } from '../../src/dns/mac-desk.ts'
import {
  type DnsServer,
  type DnsServerOptions,
  openDnsServer,
} from '../../src/dns/open-dns-server.ts'
import type { ZoneSource } from '../../src/dns/zone-source.ts'

/** A server on loopback, closed at the end of the test, and what it told. */
export interface DnsHost {
  readonly server: DnsServer
  readonly port: number
  readonly asked: Asked[]
  readonly refused: Refused[]
  readonly begun: TransferBegun[]
  readonly ended: TransferEnded[]
}

export interface DnsHostOptions {
  readonly limits?: Partial<DnsLimits>
  readonly macs?: MacDesk
  readonly listen?: DnsServerOptions['listen']
  readonly tls?: DnsServerOptions['tls']
  readonly now?: () => Date
}

export async function hostDns(source: ZoneSource, options: DnsHostOptions = {}): Promise<DnsHost> {
  const { limits = {}, tls = null, listen = [{ address: '127.0.0.1', port: 0 }] } = options
  const { macs = inlineMacDesk, now = () => new Date() } = options
  const told = {
    asked: [] as Asked[],
    refused: [] as Refused[],
    begun: [] as TransferBegun[],
    ended: [] as TransferEnded[],
  }
  const events = {
    onAsked: (one: Asked) => void told.asked.push(one),
    onRefused: (one: Refused) => void told.refused.push(one),
    onTransferBegun: (one: TransferBegun) => void told.begun.push(one),
    onTransferEnded: (one: TransferEnded) => void told.ended.push(one),
  }
  const server = await openDnsServer({ source, macs, events, now }, { listen, tls, limits })
  onTestFinished(() => server.cut())
  return { server, port: (server.endpoints[0] ?? server.tlsEndpoints[0])!.port, ...told }
}

/** Waits, turn by turn, until it is so; the test's own time limit is the limit. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2))
}
