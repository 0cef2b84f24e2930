namespace Forge.Data.Payments;

/// <summary>Where a payment stands. The lower-case name is the one in the database and outside.</summary>
public enum PaymentState
{
    /// <summary>The gateway has not answered yet, or its answer has not arrived: the money may have been taken.</summary>
    Pending,

    /// <summary>The money was taken, once, and the ledger says so. Final.</summary>
    Captured,

    /// <summary>The gateway said no. A person may retry the job, and a yes then makes it captured.</summary>
    Failed,
}

public static class PaymentStateExtensions
{
    public static string ToName(this PaymentState state) => state switch
    {
        PaymentState.Pending => "pending",
        PaymentState.Captured => "captured",
        PaymentState.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    internal static PaymentState Parse(string name) => Enum.GetValues<PaymentState>().Single(state => state.ToName() == name);
}
