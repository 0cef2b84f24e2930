using System.Transactions;

namespace Forge.Jobs;

/// <summary>Keeps what the library commits on its own out of a <see cref="TransactionScope"/> of the caller, in which Npgsql would enlist it.</summary>
internal static class OwnTransaction
{
    /// <summary>From here until the result is disposed of, in the same method, no ambient transaction is seen. Null where there is none, which is nearly always and costs nothing.</summary>
    public static TransactionScope? Begin() =>
        Transaction.Current is null ? null : new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
}
