export function prepareServerRole(ownerUrl: string): Promise<string>;
