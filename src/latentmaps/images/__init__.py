"""Pixels: conversion, likeness, and pictures of unknown origin."""
