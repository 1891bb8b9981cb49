//! Why a part could not be fitted, or a machine not be trained.

use gordo_runtime::Rejection;

/// Why training stopped; `Display` says what is true of the machine's rows.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// A splitter needs more rows than there are.
    #[error("{rows} rows are too few for {folds} folds: {needed} are needed")]
    TooFewRows {
        /// Rows there are.
        rows: usize,
        /// Folds asked for.
        folds: usize,
        /// Fewest rows the splitter can work with.
        needed: usize,
    },
    /// The folds have too few rows for any threshold.
    #[error(
        "the last fold has {answered} row{} to test on, and a threshold is an error that lasts 6 \
         rows: {}, there {} {rows}",
        if *.answered == 1 { "" } else { "s" },
        needed_rows(*.needed),
        if *.rows == 1 { "is" } else { "are" }
    )]
    ShortFolds {
        /// Rows there are.
        rows: usize,
        /// Answers of the last fold.
        answered: usize,
        /// Fewest rows that are enough, if any number is.
        needed: Option<usize>,
    },
    /// Errors are smoothed over more rows than there are.
    #[error(
        "`window` is {window} rows, and there {} {rows}: no error can be smoothed, so that there \
         is no threshold",
        if *.rows == 1 { "is" } else { "are" }
    )]
    LongWindow {
        /// Rows there are.
        rows: usize,
        /// Rows of the window.
        window: usize,
    },
    /// A table holds a missing or infinite number.
    #[error("row {row} of {table} column `{column}` is {}, which cannot be learnt from", number_or_missing(*value))]
    NotFinite {
        /// `input` or `target`.
        table: &'static str,
        /// Tag, or position of the column if it has no tag.
        column: String,
        /// Position of the row.
        row: usize,
        /// The number.
        value: f64,
    },
    /// The loss left the finite numbers.
    #[error("the loss became {loss} in epoch {epoch} of {epochs}")]
    Diverged {
        /// Epoch, from 1.
        epoch: usize,
        /// Epochs asked for.
        epochs: usize,
        /// The loss.
        loss: f64,
    },
    /// A validation split leaves nothing on one side.
    #[error(
        "`validation_split: {split}` of {rows} rows leaves no row to {}",
        if *.trained == 0 { "train on" } else { "validate on" }
    )]
    EmptySplit {
        /// Share held out.
        split: f64,
        /// Rows before the split.
        rows: usize,
        /// Rows left to train on.
        trained: usize,
    },
    /// The network answers another number of columns than there are targets.
    #[error("the network's answers have width {answered}, its targets {targets}")]
    Width {
        /// Columns of the last layer.
        answered: usize,
        /// Columns of the targets.
        targets: usize,
    },
    /// More neighbours are asked for than there are rows.
    #[error("`KNeighborsRegressor` looks for {neighbors} neighbours among {rows} rows")]
    TooFewNeighbors {
        /// Rows there are.
        rows: usize,
        /// Neighbours asked for.
        neighbors: usize,
    },
    /// More components are asked for than rows can have.
    #[error("`{class}` looks for {components} components in {rows} rows of {columns} columns")]
    TooManyComponents {
        /// What was to be fitted.
        class: &'static str,
        /// Components asked for.
        components: usize,
        /// Rows there are.
        rows: usize,
        /// Columns there are.
        columns: usize,
    },
    /// A step gives no columns, or is handed none.
    #[error("no columns are left for `{class}`")]
    NoColumns {
        /// What was to be fitted.
        class: &'static str,
    },
    /// A column has no number at all.
    #[error("column `{column}` has no number that `{class}` could learn from")]
    EmptyColumn {
        /// What was to be fitted.
        class: &'static str,
        /// Position of the column.
        column: usize,
    },
    /// Box-Cox cannot transform a column.
    #[error("column `{column}` {}, which Box-Cox cannot transform", found)]
    NoBoxCox {
        /// Position of the column.
        column: usize,
        /// What the column is.
        found: &'static str,
    },
    /// Numbers so large, or so far apart, that sums of them are none.
    #[error("the numbers that `{class}` learns from are too large to be multiplied")]
    Overflow {
        /// What was to be fitted.
        class: &'static str,
    },
    /// A classifier's target is measured, not counted.
    #[error(
        "row {row} of the target is {value}, and `{class}` learns whole numbers, which name classes"
    )]
    NotWhole {
        /// What was to be fitted.
        class: &'static str,
        /// Position of the row.
        row: usize,
        /// Its target.
        value: f64,
    },
    /// A classifier's target is always the same.
    #[error("every row of the target is {only}, so that `{class}` has nothing to tell apart")]
    OneClass {
        /// What was to be fitted.
        class: &'static str,
        /// The target of every row.
        only: f64,
    },
    /// A network is to start from another number of weights than it has.
    #[error("the network has {expected} weights, and {given} are given")]
    Weights {
        /// Weights of all layers.
        expected: usize,
        /// Weights that were given.
        given: usize,
    },
    /// A sample of rows is to hold more than there are.
    #[error("`max_samples: {asked}` of {rows} rows: there are not as many")]
    SampleTooLarge {
        /// Rows asked for.
        asked: usize,
        /// Rows there are.
        rows: usize,
    },
    /// The evaluation mode asks for folds only, so no machine comes out.
    #[error("`cv_mode: cross_val_only` scores folds and trains no machine")]
    FoldsOnly,
    /// A fitted part refused rows.
    #[error("{}", told(.0))]
    Rejected(#[from] Rejection),
}

impl FitError {
    /// Stable code, `train::what`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooFewRows { .. } => "train::too_few_rows",
            Self::ShortFolds { .. } => "train::short_folds",
            Self::LongWindow { .. } => "train::long_window",
            Self::NotFinite { .. } => "train::not_finite",
            Self::Diverged { .. } => "train::diverged",
            Self::EmptySplit { .. } => "train::empty_split",
            Self::Width { .. } | Self::Weights { .. } => "train::width",
            Self::TooFewNeighbors { .. } => "train::too_few_neighbors",
            Self::TooManyComponents { .. } => "train::too_many_components",
            Self::NoColumns { .. } => "train::no_columns",
            Self::EmptyColumn { .. } => "train::empty_column",
            Self::NoBoxCox { .. } => "train::no_box_cox",
            Self::Overflow { .. } => "train::overflow",
            Self::NotWhole { .. } => "train::not_whole",
            Self::OneClass { .. } => "train::one_class",
            Self::SampleTooLarge { .. } => "train::sample_too_large",
            Self::FoldsOnly => "train::folds_only",
            Self::Rejected(_) => "train::rejected",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::TooFewRows { .. } => {
                "widen the training period, or ask for fewer folds under `evaluation.cv`"
            }
            Self::ShortFolds {
                needed: Some(_), ..
            } => "widen the training period, or ask for fewer folds under `evaluation.cv`",
            Self::ShortFolds { .. } => "raise the `test_size` of `evaluation.cv`",
            Self::LongWindow { .. } => "shorten `window`, or widen the training period",
            Self::NotFinite { value, .. } if value.is_nan() => MISSING_HELP,
            Self::NotFinite { .. } => {
                "leave the cells of such readings empty, or scale them before the network"
            }
            Self::Diverged { .. } => {
                "lower the learning rate, or scale readings before the network"
            }
            Self::EmptySplit { .. } => {
                "choose another `validation_split`, or widen the training period"
            }
            Self::Width { .. } => "leave out what changes the number of targets",
            Self::TooFewNeighbors { .. } => "lower `n_neighbors`, or widen the training period",
            Self::TooManyComponents { .. } => "lower `n_components`, or widen the training period",
            Self::NoColumns { .. } => "look at what the steps before it answer",
            Self::EmptyColumn { .. } => {
                "leave the tag out, or widen the training period until it has readings"
            }
            Self::NoBoxCox { .. } => "use `method: yeo-johnson`, which takes all numbers",
            Self::Overflow { .. } => "scale readings before it, or look at their units",
            Self::NotWhole { .. } => "use a regressor, or a target that names classes",
            Self::OneClass { .. } => "widen the training period until it holds more than one class",
            Self::Weights { .. } => "give each layer's kernel and then its bias, layer by layer",
            Self::SampleTooLarge { .. } => {
                "lower `max_samples`, give a share such as `0.5`, or widen the training period"
            }
            Self::FoldsOnly => "use `full_build`, or leave `cv_mode` out",
            Self::Rejected(Rejection::Missing { .. }) => MISSING_HELP,
            Self::Rejected(_) => "look at what the steps before it answer",
        }
    }
}

fn needed_rows(rows: Option<usize>) -> String {
    match rows {
        Some(rows) => format!("{rows} rows are needed"),
        None => "its `test_size` is too small".to_owned(),
    }
}

/// A rejection in words about parts of a model; its own are the server's.
fn told(rejection: &Rejection) -> String {
    match rejection {
        Rejection::NoRows { step, .. } => format!("`{step}` is handed no rows"),
        Rejection::Infinite => "a step is handed infinite numbers".to_owned(),
        Rejection::Missing { step } => format!("`{step}` is handed missing numbers"),
        Rejection::NotPositive => "Box-Cox is handed numbers that are not above 0".to_owned(),
        Rejection::TooFewRows => "there are no more rows than the network looks back".to_owned(),
        Rejection::Targets { expected, given } => format!(
            "answers have {} rows of {} columns, targets {} of {}",
            expected.0, expected.1, given.0, given.1
        ),
    }
}

/// What to do about rows with missing values, which only a resolution fills.
const MISSING_HELP: &str =
    "set a `resolution`, which fills what is missing, or leave such rows out by a `row_filter`";

fn number_or_missing(value: f64) -> String {
    if value.is_nan() {
        return "missing".to_owned();
    }
    value.to_string()
}
