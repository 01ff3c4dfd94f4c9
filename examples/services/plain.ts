/** A type of the Kubernetes client, which declares plain data as classes, as the data that it is. */
export type Plain<T> = T extends Date ? T : { [Key in keyof T]: Plain<T[Key]> };
