export function enginesWithRules(root?: string): string[];
export function indexPath(engine: string, root?: string): string;
export function ruleFiles(engine: string, root?: string): string[];
export function renderIndex(engine: string, root?: string): string;
export function generateRuleIndexes(root?: string): string[];
