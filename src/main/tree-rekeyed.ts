/** What an operator is told where `isTreeRekeyed`. */
export const TREE_REKEYED =
  'its proof tree has another key now: the last one is not on this host, and nothing of earlier serials can be proved without it'
