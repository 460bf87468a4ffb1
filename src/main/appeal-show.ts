import type { Command } from 'commander'
import { withAppeals } from './appeals/with-appeals.ts'
import { printAppeal } from './appeals/print-appeal.ts'
import { printJson } from './print-table.ts'

/** `appeal show`. */
export async function showAppeal(
  id: string,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const told = await withAppeals(command, (appeals) => appeals.show(id))
  process.stdout.write(json === true ? printJson(told) : printAppeal(told))
}
