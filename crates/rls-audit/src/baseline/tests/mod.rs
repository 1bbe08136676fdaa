mod drift;
mod file;
mod standing;
