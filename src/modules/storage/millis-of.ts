/** SQL of an instant as whole milliseconds since 1970. @param column a column's name, or an expression of ours */
export const millisOf = (column: string): string => `round(date_part('epoch', ${column}) * 1000)`;
