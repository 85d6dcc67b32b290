//! Metagraphs as `.npz`: an archive of numpy arrays, one per field.
//!
//! Only arrays whose names mean something are read; matrices are dense. Arrays of Python objects
//! cannot be read and are refused by name.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::Path;

use npyz::{DType, Deserialize, NpyFile, Order, TypeChar};
use zip::ZipArchive;

use super::MetagraphError;
use super::fields::{Field, Fields, Kind, Row, kind_of};

/// Reads the fields of an archive.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Fields, MetagraphError> {
    let wrong = |message: String| MetagraphError::Npz { path: path.to_owned(), message };
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| wrong(format!("not a readable .npz archive: {error}")))?;
    let files: Result<BTreeSet<String>, _> =
        archive.file_names().map(|name| name.map(Cow::into_owned)).collect();
    let files = files.map_err(|error| wrong(format!("not a readable .npz archive: {error}")))?;
    let mut fields = Fields::default();
    for file in files {
        let name = file.strip_suffix(".npy").unwrap_or(&file).to_owned();
        let Some(kind) = kind_of(&name) else {
            fields.note_unknown(name);
            continue;
        };
        let array = archive
            .by_name(&file)
            .map_err(|error| error.to_string())
            .and_then(|file| NpyFile::new(file).map_err(|error| first_line(&error)));
        let field = array.and_then(|array| read_field(kind, array));
        let field = field.map_err(|message| wrong(format!("array `{name}`: {message}")))?;
        if !fields.insert(name.clone(), field) {
            return Err(wrong(format!("the array `{name}` appears twice")));
        }
    }
    Ok(fields)
}

/// The parser of array headers draws pictures; its first line says enough.
fn first_line(error: &std::io::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn read_field(kind: Kind, array: NpyFile<impl Read>) -> Result<Field, String> {
    let shape = array.shape().to_vec();
    let order = array.order();
    match (kind, shape.as_slice()) {
        (Kind::Number, [] | [1]) => {
            let numbers = numbers(array)?;
            numbers.first().map(|&number| Field::Number(number)).ok_or("it is empty".to_owned())
        }
        (Kind::Numbers, [_]) => numbers(array).map(Field::Numbers),
        (Kind::Texts, [_]) => texts(array).map(Field::Texts),
        (Kind::Matrix, &[rows, columns]) => {
            let rows = usize::try_from(rows).map_err(|_| "too many rows".to_owned())?;
            let columns = usize::try_from(columns).map_err(|_| "too many columns".to_owned())?;
            let values = numbers(array)?;
            Ok(Field::Matrix(cut_rows(&values, rows, columns, order)))
        }
        (Kind::Number, _) => Err(format!("a single number is needed, its shape is {shape:?}")),
        (Kind::Numbers | Kind::Texts, _) => {
            Err(format!("one dimension is needed, its shape is {shape:?}"))
        }
        (Kind::Matrix, _) => Err(format!("two dimensions are needed, its shape is {shape:?}")),
    }
}

/// Cuts a matrix into rows. `values` holds exactly `rows * columns` numbers.
fn cut_rows(values: &[f64], rows: usize, columns: usize, order: Order) -> Vec<Row> {
    let row = |i: usize| match order {
        Order::C => values[i * columns..(i + 1) * columns].to_vec(),
        Order::Fortran => (0..columns).map(|j| values[j * rows + i]).collect(),
    };
    (0..rows).map(|i| Row::Dense(row(i))).collect()
}

/// All numbers of an array, whatever their type.
fn numbers(array: NpyFile<impl Read>) -> Result<Vec<f64>, String> {
    let dtype = array.dtype();
    let DType::Plain(plain) = &dtype else {
        return Err("a structured array; a plain one is needed".to_owned());
    };
    match (plain.type_char(), plain.size_field()) {
        (TypeChar::Bool, 1) => all(array, |value: bool| f64::from(u8::from(value))),
        (TypeChar::Float, 4) => all(array, |value: f32| f64::from(value)),
        (TypeChar::Float, 8) => all(array, |value: f64| value),
        (TypeChar::Int, 1) => all(array, |value: i8| f64::from(value)),
        (TypeChar::Int, 2) => all(array, |value: i16| f64::from(value)),
        (TypeChar::Int, 4) => all(array, |value: i32| f64::from(value)),
        (TypeChar::Int, 8) => all(array, |value: i64| value as f64),
        (TypeChar::Uint, 1) => all(array, |value: u8| f64::from(value)),
        (TypeChar::Uint, 2) => all(array, |value: u16| f64::from(value)),
        (TypeChar::Uint, 4) => all(array, |value: u32| f64::from(value)),
        (TypeChar::Uint, 8) => all(array, |value: u64| value as f64),
        _ => Err(unreadable(&dtype, "float32, float64, integers or bool")),
    }
}

fn texts(array: NpyFile<impl Read>) -> Result<Vec<String>, String> {
    let dtype = array.dtype();
    match &dtype {
        DType::Plain(plain)
            if matches!(plain.type_char(), TypeChar::UnicodeStr | TypeChar::ByteStr) =>
        {
            all(array, |text: String| text)
        }
        _ => Err(unreadable(&dtype, "text, such as <U48")),
    }
}

fn unreadable(dtype: &DType, allowed: &str) -> String {
    let objects = if dtype.uses_pickled_array() { ", which holds Python objects" } else { "" };
    format!("its type is {}{objects}; allowed: {allowed}", dtype.descr())
}

/// Reads one by one, so that a shape that lies about the data asks for no memory.
fn all<T: Deserialize, U>(
    array: NpyFile<impl Read>,
    convert: impl Fn(T) -> U,
) -> Result<Vec<U>, String> {
    let expected = array.len();
    let reader = array.data::<T>().map_err(|error| error.to_string())?;
    let mut values = Vec::new();
    for value in reader {
        let value = value
            .map_err(|error| format!("{} of {expected} values are there: {error}", values.len()))?;
        values.push(convert(value));
    }
    Ok(values)
}
