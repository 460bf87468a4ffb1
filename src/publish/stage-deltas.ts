import { printDelta, type DeltaHeader } from '../core/delta.ts'
import type { HeldDiff } from '../core/diff-lines.ts'
import { deltaFile, listTarget } from '../core/layout.ts'
import { gzipBlocks } from '../formats/parallel-gzip.ts'
import type { PublishDeps } from './ports.ts'
import type { PreparedDeltas } from './prepare-deltas.ts'
import { stageTarget } from './stage-target.ts'
import { composeWindow } from './sweep-window.ts'
import type { TargetFile } from './tuf-metadata.ts'

type Targets = Record<string, TargetFile>

/** Stages the prepared deltas, which lead to `toState`, and gives all delta targets that the list's metadata must have. */
export async function stageDeltas(
  files: PublishDeps['files'],
  place: string,
  { kept, steps, batches, first }: PreparedDeltas,
  toState: string,
): Promise<Targets> {
  const targets: Targets = { ...kept }
  for (const [at, batch] of batches.entries()) {
    const diffs =
      at === 0
        ? first
        : composeWindow(
            steps,
            batch.map((offer) => offer.at),
          )
    // Together, so that they are compressed on all threads and wait for the disk at once.
    const staged = batch.map(({ header, rawLength }, i) =>
      stageDelta(
        files,
        place,
        { header: { ...header, toState }, rawLength },
        diffs[i] ?? { added: [], removed: [] },
      ),
    )
    for (const made of await allSettled(staged)) Object.assign(targets, made)
  }
  return targets
}

/** Stages one delta and gives its target by name. */
export async function stageDelta(
  files: PublishDeps['files'],
  place: string,
  { header, rawLength }: { readonly header: DeltaHeader; readonly rawLength: number },
  diff: HeldDiff,
): Promise<Targets> {
  const { from, to, fromState, toState, list } = header
  const name = listTarget(place, deltaFile(from, to))
  const file = await stageTarget(files, name, gzipBlocks(printDelta(header, diff)))
  return { [name]: { ...file, custom: { from, fromState, list, rawLength, to, toState } } }
}

/** All results; or, once none of them is at work any more, what the first that failed threw. */
async function allSettled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
