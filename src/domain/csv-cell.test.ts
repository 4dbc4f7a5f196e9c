import { expect, test } from "vitest";
import { csvCell, csvLine } from "./csv-cell.ts";

test.each([
  ["plain", "plain"],
  ["=1+1", "'=1+1"],
  ['=cmd|"/c calc"!A1', `"'=cmd|""/c calc""!A1"`],
  ["+49 30", "'+49 30"],
  ["-2", "'-2"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["  =1", "'  =1"],
  ["\r=1", `"'\r=1"`],
  ["＝1", "'＝1"],
  ["a,b", '"a,b"'],
  ['a"b', '"a""b"'],
  ["a\nb", '"a\nb"'],
  ["a=b", "a=b"],
])("%j becomes %j", (value, cell) => expect(csvCell(value)).toBe(cell));

test("numbers stay numbers and nothing stays empty", () => {
  expect(csvLine([-2, null, undefined, true, "x"])).toBe("-2,,,true,x\r\n");
});
