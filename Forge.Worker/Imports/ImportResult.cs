namespace Forge.Worker.Imports;

/// <summary>What became of a file: the result of its job.</summary>
/// <param name="Rows">How many rows were stored.</param>
/// <param name="Rejected">How many were not.</param>
/// <param name="Errors">Why, for the first of them.</param>
internal sealed record ImportResult(int Rows, int Rejected, IReadOnlyList<ImportError> Errors);

/// <summary>Why a row was rejected. <c>Line</c> is where it begins in the file, from 1.</summary>
internal sealed record ImportError(int Line, string Column, string Reason);
