import { join } from 'node:path'
import type { ListApprovals } from '../../src/core/list-definition.ts'
import { ROLES } from '../../src/core/person.ts'
import { openStore, type Store } from '../../src/store/open-store.ts'
import type { Ran } from './bailiwick-command.ts'
import { openTwoWays, type TwoWays } from './two-ways.ts'
import { blockOf, decisionOf } from './store-builders.ts'

/** Two authorities alike with somebody of every role, named by it, and a curator and an approver of another organisation. */
export interface CommandWorld {
  readonly ways: TwoWays
  readonly stores: Readonly<Record<CommandWay, Store>>
  /** Runs a command at the folder, or at the server. */
  readonly run: (way: CommandWay, user: string, ...words: readonly string[]) => Promise<Ran>
  /** Puts names on the list without asking anybody. */
  readonly list: (way: CommandWay, values: readonly string[]) => void
  /** The action of an entry; null where it isn't listed. */
  readonly listed: (way: CommandWay, value: string) => string | null
  readonly close: () => Promise<void>
}

export type CommandWay = 'here' | 'there'

export async function openCommandWorld(approvals: Partial<ListApprovals>): Promise<CommandWorld> {
  const ways = await openTwoWays(
    {
      ...{ id: 'phishing', title: 'Phishing', authority: 'Example CERT', approvals },
      ...{ legalBasis: 'Act, art. 1', guard: { maxGrowth: 1000, maxShrink: 1 } },
    },
    [
      ...ROLES.map((role) => [role, 'Court', role] as const),
      ['other-curator', 'Hotline', 'curator'],
      ['other-approver', 'Hotline', 'approver'],
    ],
  )
  const open = (way: CommandWay): Store => openStore(join(ways.folder, way, 'bailiwick.db'))
  const stores = { here: open('here'), there: open('there') }
  return {
    ...{ ways, stores },
    run: (way, user, ...words) => ways[way](user, ...words),
    list: (way, values) => {
      const { rowId } = stores[way].lists.find('phishing')!
      stores[way].decisions.commit(decisionOf(rowId, { added: values.length }), {
        ...{ added: [blockOf([...values].sort())], retired: [] },
      })
    },
    listed: (way, value) => {
      const { rowId } = stores[way].lists.find('phishing')!
      return stores[way].entries.find(rowId, value)[0]?.entry.action ?? null
    },
    close: async () => {
      stores.here.close()
      stores.there.close()
      await ways.close()
    },
  }
}

/** The code of the fault that a command ended with; null for none. */
export function faultOf({ stderr }: Ran): string | null {
  const sentences = stderr.split('\n').filter((line) => !line.startsWith('bailiwick: note:'))
  return /\(([a-z-]+\/[a-z-]+)\)$/m.exec(sentences.join('\n'))?.[1] ?? null
}
