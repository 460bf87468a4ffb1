import type { Transfer, TransferPart } from '../../dns/zone-source.ts'
import type { ZoneDifference } from '../../formats/zone/condense-zone.ts'
import type { Clock } from '../../platform/clock.ts'
import type { CatalogZone } from './catalog-zone.ts'
import type { HeldZone } from './held-zone.ts'
import type { SecondaryKey } from './secondary.ts'
import type { SecondaryLedger } from './secondary-ledger.ts'
import type { ZoneCounts } from './zone-counts.ts'

export interface TransferDeps {
  readonly ledger: SecondaryLedger
  readonly counts: ZoneCounts
  readonly now: Clock
}

/** To whom, and under which label it is counted. */
export interface Receiver {
  readonly key: SecondaryKey
  readonly label: string
}

interface Source {
  readonly style: Transfer['style']
  readonly serial: number
  readonly bytes: number
  readonly parts: () => AsyncIterable<TransferPart>
  readonly close: () => void
}

/** The whole of a zone, which stays as it is until the transfer's end. */
export function openWhole(deps: TransferDeps, receiver: Receiver, zone: HeldZone): Transfer {
  const { serial, bytes } = zone.summary
  const reading = zone.read(deps.now().getTime())
  return openTransfer(deps, receiver, { style: 'whole', serial, bytes, ...reading })
}

/** The whole of a catalog zone. */
export function openCatalog(deps: TransferDeps, receiver: Receiver, zone: CatalogZone): Transfer {
  const { serial, part } = zone
  return openTransfer(deps, receiver, {
    ...{ style: 'whole', serial, bytes: part.records.length },
    parts: () => eachOf([part]),
    close: () => undefined,
  })
}

/** A difference between two serials. */
export function openDifference(
  deps: TransferDeps,
  receiver: Receiver,
  { to, bytes, parts }: ZoneDifference,
): Transfer {
  return openTransfer(deps, receiver, {
    ...{ style: 'difference', serial: to, bytes },
    parts: () => eachOf(parts),
    close: () => undefined,
  })
}

function openTransfer(
  { ledger, counts, now }: TransferDeps,
  { key, label }: Receiver,
  { close, parts, ...transfer }: Source,
): Transfer {
  let beganAtMs: number | null = null
  let isOpen = true
  function begin(): void {
    beganAtMs = now().getTime()
    // Before the first byte goes out: whatever happens now, the mark is there.
    if (transfer.style === 'whole') ledger.began(key)
  }
  return {
    ...transfer,
    parts: () => {
      if (beganAtMs === null) begin()
      return parts()
    },
    end: (outcome) => {
      if (!isOpen) return
      isOpen = false
      close()
      // One that waited for its turn when the connection was lost has harmed nobody.
      if (beganAtMs === null) return
      ledger.ended(key, { ...transfer, outcome, ms: now().getTime() - beganAtMs })
      counts.countTransfer({ list: label, style: transfer.style, outcome, bytes: transfer.bytes })
    },
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- what lies in memory need not be waited for
async function* eachOf(parts: readonly TransferPart[]): AsyncGenerator<TransferPart> {
  yield* parts
}
