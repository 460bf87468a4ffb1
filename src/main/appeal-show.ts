import type { Command } from 'commander'
import { actingPerson } from './acting-person.ts'
import { findAppeal } from './appeals/find-appeal.ts'
import { printAppeal } from './appeals/print-appeal.ts'
import { viewAppeal } from './console/view-appeal.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'

/** `appeal show`. */
export async function showAppeal(
  id: string,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(data, (store) => {
    const person = actingPerson(store, actor)
    const told = store.read(() => viewAppeal(findAppeal(store, person, id), person, new Date()))
    process.stdout.write(json === true ? printJson(told) : printAppeal(told))
  })
}
